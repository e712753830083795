import Foundation

/// Traces made for a test: irregular numbers, gaps, and a few instants that matter.
struct TestTraces {
  /// One trace as a line of JSON.
  struct Trace {
    let id: String
    let json: String
  }

  let traces: [Trace]

  /// The bounds of a window that traces stand exactly on: `from` is inside, `to` is not.
  static let customFrom = "2026-01-05T10:30:17Z"
  static let customTo = "2026-01-08T22:45:59Z"

  /// `count` traces over 65 days before `now`, some of them within the last minutes; and some around the custom window.
  init(prefix: String, count: Int, now: Date) {
    var random = SplitMix(state: 42)
    var made: [Trace] = []
    func add(_ timestamp: String) {
      made.append(Self.trace("\(prefix)-\(made.count)", timestamp, &random))
    }
    for _ in 0..<count {
      // Squared, so that short windows have their share.
      let age = pow(random.fraction(), 3) * 65 * 86_400
      add(Self.text(now.addingTimeInterval(-age)))
    }
    for _ in 0..<60 { add(Self.text(now.addingTimeInterval(-random.fraction() * 120))) }
    let edges = [
      "2026-01-05T10:30:16.999999Z", Self.customFrom, "2026-01-05T10:30:17.000001Z", "2026-01-06T00:00:00Z",
      "2026-01-07T23:59:59.999999Z", "2026-01-08T22:45:58.999999Z", Self.customTo,
      "2026-01-02T00:00:00Z", "2026-01-03T13:14:15.5Z",
    ]
    for edge in edges { add(edge) }
    traces = made
  }

  var lines: String {
    traces.map(\.json).joined(separator: "\n") + "\n"
  }

  private static func trace(_ id: String, _ timestamp: String, _ random: inout SplitMix) -> Trace {
    let status = ["success", "success", "success", "success", "error", "timeout"][random.below(6)]
    var members = [
      #""trace_id":"\#(id)""#, #""agent_id":"agent-\#(random.below(7))""#, #""timestamp":"\#(timestamp)""#,
      #""latency_ms":\#(random.below(9000))"#, #""status":"\#(status)""#,
      #""tags":["t\#(random.below(3))"]"#, #""metadata":{"run":\#(random.below(100))}"#,
      #""input":"question \#(id) \"quoted\" \u00fc","output":"answer\nline two""#,
    ]
    if random.below(10) > 0 {
      members.append(#""model":"model-\#(random.below(4))","model_provider":"maker-\#(random.below(2))""#)
      members.append(#""tokens_input":\#(random.below(4000)),"tokens_output":\#(random.below(900))"#)
    }
    if random.below(8) > 0 {
      // Costs whose digits a binary float would lose.
      members.append(#""cost_usd":0.\#(String(format: "%09d", random.below(99_999_999)))"#)
    }
    if random.below(2) > 0 { members.append(#""quality_score":\#(random.below(100)).\#(random.below(1000))"#) }
    if status != "success" { members.append(#""error":"it did not work""#) }
    members.append(span(timestamp))
    return Trace(id: id, json: "{" + members.joined(separator: ",") + "}")
  }

  private static func span(_ timestamp: String) -> String {
    #""spans":[{"span_id":"s1","name":"call","kind":"llm","start":"\#(timestamp)","end":"\#(timestamp)","#
      + #""latency_ms":0,"status":"success","attributes":{"k":[1,2]}}]"#
  }

  /// ISO 8601 with microseconds.
  private static func text(_ date: Date) -> String {
    let microseconds = Int64(date.timeIntervalSince1970 * 1_000_000)
    let style = Date.ISO8601FormatStyle()
    let second = Date(timeIntervalSince1970: Double(microseconds / 1_000_000))
    return second.formatted(style).dropLast() + String(format: ".%06dZ", Int(microseconds % 1_000_000))
  }
}

/// SplitMix64: small, and the same on every machine.
struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func below(_ bound: Int) -> Int {
    Int(next() % UInt64(bound))
  }

  mutating func fraction() -> Double {
    Double(next() >> 11) / Double(1 << 53)
  }
}
