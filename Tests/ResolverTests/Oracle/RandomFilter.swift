import Resolver
import Schema

/// Random `where` arguments over the values that ``TraceSample`` has, and some that it has not.
enum RandomFilter {
  /// - Parameter fields: which fields may be tested; nil for all.
  static func make(_ random: inout SplitMix64, depth: Int = 2, fields: [String]? = nil) -> InputValue {
    var members: [InputObject.Member] = []
    for _ in 0..<Int.random(in: 1...2, using: &random) {
      let choice = Int.random(in: 0..<8, using: &random)
      if depth > 0, choice < 3 {
        let name = ["and", "or", "not"][choice]
        let inner = (0..<Int.random(in: 0...2, using: &random)).map { _ in
          make(&random, depth: depth - 1, fields: fields)
        }
        let value = name == "not" ? make(&random, depth: depth - 1, fields: fields) : .list(inner)
        members.append(InputObject.Member(name: name, value: value))
      } else {
        let field = (fields ?? Array(values.keys.sorted())).randomElement(using: &random) ?? "agentId"
        members.append(InputObject.Member(name: field, value: .object(operators(field, &random))))
      }
    }
    var unique: [InputObject.Member] = []
    for member in members where !unique.contains(where: { $0.name == member.name }) { unique.append(member) }
    return .object(InputObject(unique))
  }

  private static func operators(_ field: String, _ random: inout SplitMix64) -> InputObject {
    let candidates = values[field] ?? []
    func pick(_ random: inout SplitMix64) -> InputValue { candidates.randomElement(using: &random) ?? .null }
    let isText = ["traceId", "agentId", "model", "modelProvider", "userId", "sessionId", "tag", "input"].contains(field)
    var names = ["eq", "ne", "in", "notIn"]
    if field != "status" { names += ["gt", "gte", "lt", "lte"] }
    if isText { names += ["prefix", "contains"] }
    if field != "status", field != "timestamp" { names.append("isNull") }
    let name = names.randomElement(using: &random) ?? "eq"
    let value: InputValue =
      switch name {
      case "in", "notIn": .list([pick(&random), pick(&random)])
      case "isNull": .boolean(Bool.random(using: &random))
      default: pick(&random)
      }
    return InputObject([InputObject.Member(name: name, value: value)])
  }

  private static let values: [String: [InputValue]] = [
    "traceId": [.string("trace-12"), .string("trace-5"), .string("bound")],
    "timestamp": [.string("2026-03-14T00:00:00Z"), .string("2026-03-01T12:00:00.5Z"), .string("2026-02-12T09:26:54Z")],
    "agentId": [.string("agent-1"), .string("agent-2"), .string("agent-"), .string("nobody"), .string("'")],
    "status": [.enumeration("success"), .enumeration("error"), .enumeration("timeout")],
    "model": [.string("gpt-x"), .string("claude-y"), .string("g"), .string("%")],
    "modelProvider": [.string("of gpt-x"), .string("of "), .string("x")],
    "userId": [.string("u1"), .string("U2"), .string("u"), .string("%"), .string("_"), .string("ü"), .string("")],
    "sessionId": [.string("s1"), .string("s"), .string("s19")],
    "tag": [.string("prod"), .string("a\"b"), .string("c\\d"), .string("\\"), .string(""), .string("zzz")],
    "latencyMs": [.int(0), .int(5000), .int(30_000), .int(2_147_483_647), .int(-1)],
    "costUsd": [.int(0), .number("0.000001"), .number("1.1"), .number("12345678901234.000000001"), .number("0.5")],
    "qualityScore": [.int(0), .int(100), .number("50.5")],
    "tokensTotal": [.int(0), .int(50_000)],
    "input": [.string("hello world"), .string("%"), .string("_"), .string("\\"), .string("hello")],
  ]
}
