import Foundation
import Resolver
import Schema

/// Whether a trace passes a `where` argument, read straight off the argument: shares nothing with what makes SQL of it.
enum FilterOracle {
  static func passes(_ row: TraceSample.Row, _ filter: InputValue?) -> Bool {
    guard let object = filter?.objectValue else { return true }
    return object.members.allSatisfy { member in
      if member.value.isNull { return true }
      switch member.name {
      case "and": return (member.value.listValue ?? []).allSatisfy { passes(row, $0) }
      case "or": return (member.value.listValue ?? []).contains { passes(row, $0) }
      case "not": return !passes(row, member.value)
      default: return test(values(of: member.name, row), member.value.objectValue ?? InputObject())
      }
    }
  }

  /// The values that a field has: none, one, or several tags.
  private static func values(of field: String, _ row: TraceSample.Row) -> [Value] {
    func texts(_ text: String?) -> [Value] { text.map { [.text($0)] } ?? [] }
    func numbers(_ text: String?) -> [Value] { text.flatMap { Decimal(string: $0) }.map { [.number($0)] } ?? [] }
    return switch field {
    case "traceId": texts(row.traceID)
    case "timestamp": [.number(Decimal(row.timestamp.microseconds))]
    case "agentId": texts(row.agentID)
    case "status": texts(row.status)
    case "model": texts(row.model)
    case "modelProvider": texts(row.provider)
    case "userId": texts(row.user)
    case "sessionId": texts(row.session)
    case "tag": row.tags.map { .text($0) }
    case "latencyMs": [.number(Decimal(row.latency))]
    case "costUsd": numbers(row.cost)
    case "qualityScore": numbers(row.quality)
    case "tokensTotal": row.tokens.map { [.number(Decimal($0))] } ?? []
    case "input": texts(row.input)
    default: []
    }
  }

  private enum Value: Comparable {
    case text(String)
    case number(Decimal)

    static func < (left: Value, right: Value) -> Bool {
      switch (left, right) {
      case (.text(let left), .text(let right)): left.utf8.lexicographicallyPrecedes(right.utf8)
      case (.number(let left), .number(let right)): left < right
      default: false
      }
    }

    static func == (left: Value, right: Value) -> Bool { !(left < right) && !(right < left) }
  }

  private static func test(_ values: [Value], _ operators: InputObject) -> Bool {
    operators.members.allSatisfy { member in
      if member.value.isNull { return true }
      let wanted = (member.value.listValue ?? [member.value]).map { Self.value($0, like: values.first) }
      switch member.name {
      case "eq", "in": return values.contains { wanted.contains($0) }
      case "ne", "notIn": return !values.contains { wanted.contains($0) }
      case "gt": return values.contains { $0 > wanted[0] }
      case "gte": return values.contains { $0 >= wanted[0] }
      case "lt": return values.contains { $0 < wanted[0] }
      case "lte": return values.contains { $0 <= wanted[0] }
      case "isNull": return values.isEmpty == member.value.booleanValue
      case "prefix": return values.contains { text($0).utf8.starts(with: text(wanted[0]).utf8) }
      case "contains": return values.contains { holds(Array(text($0).utf8), Array(text(wanted[0]).utf8)) }
      default: return false
      }
    }
  }

  private static func value(_ input: InputValue, like value: Value?) -> Value {
    switch input {
    case .int(let integer): return .number(Decimal(integer))
    case .number(let text): return .number(Decimal(string: text) ?? 0)
    case .string(let text):
      if case .number = value, let instant = try? Instant(parsing: text) {
        return .number(Decimal(instant.microseconds))
      }
      return .text(text)
    case .enumeration(let name): return .text(name)
    default: return .text("")
    }
  }

  private static func text(_ value: Value) -> String {
    if case .text(let text) = value { text } else { "" }
  }

  private static func holds(_ text: [UInt8], _ part: [UInt8]) -> Bool {
    part.isEmpty || text.indices.contains { text[$0...].starts(with: part) }
  }
}
