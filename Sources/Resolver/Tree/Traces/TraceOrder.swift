import Schema

/// In which order `traces` lists: the argument `orderBy`.
struct TraceOrder: Sendable, Hashable {
  enum Field: String, Sendable {
    case time
    case latency
    case cost
  }

  var field = Field.time
  var isDescending = true

  static let newestFirst = TraceOrder()

  init() {}

  /// Reads a coerced `TraceOrder`.
  init(_ input: InputValue?) {
    guard let object = input?.objectValue else { return }
    field = object["field"]?.stringValue.flatMap(Field.init) ?? .time
    isDescending = object["direction"]?.stringValue != "asc"
  }

  /// What is sorted by, the last of it unique in a workspace. A trace without cost counts as below all others.
  var keys: [String] {
    switch field {
    case .time: ["traces.\"timestamp\"", "traces.trace_id"]
    case .latency: ["traces.latency_ms", "traces.\"timestamp\"", "traces.trace_id"]
    case .cost: ["COALESCE(traces.cost_usd, -1)", "traces.\"timestamp\"", "traces.trace_id"]
    }
  }

  var orderBy: String {
    keys.map { $0 + (isDescending ? " DESC" : " ASC") }.joined(separator: ", ")
  }
}
