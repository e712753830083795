/// What a `where` argument can test: a member of the input object `TraceFilter`, by its name there.
enum FilterField: String, Sendable, Hashable, CaseIterable {
  case traceID = "traceId"
  case timestamp
  case agent = "agentId"
  case status
  case model
  case provider = "modelProvider"
  case user = "userId"
  case session = "sessionId"
  case tag
  case latency = "latencyMs"
  case cost = "costUsd"
  case quality = "qualityScore"
  case tokens = "tokensTotal"
  case input
  case output
  case error

  /// The type that values are cast to.
  enum Kind: String, Sendable {
    case text
    case integer
    case numeric
    case timestamptz
  }

  var kind: Kind {
    switch self {
    case .timestamp: .timestamptz
    case .latency, .tokens: .integer
    case .cost, .quality: .numeric
    default: .text
    }
  }

  /// Where the value stands.
  enum Place: Sendable, Hashable {
    /// An expression over a row of `traces`.
    case trace(String)
    /// A column of `trace_io`.
    case text(String)
    /// Any element of the tags.
    case tags
  }

  /// An absent model and an empty one are the same, as they are in the rollups.
  var place: Place {
    switch self {
    case .traceID: .trace("traces.trace_id")
    case .timestamp: .trace("traces.\"timestamp\"")
    case .agent: .trace("traces.agent_id")
    case .status: .trace("traces.status")
    case .model: .trace("NULLIF(traces.model, '')")
    case .provider: .trace("NULLIF(traces.model_provider, '')")
    case .user: .trace("traces.user_id")
    case .session: .trace("traces.session_id")
    case .tag: .tags
    case .latency: .trace("traces.latency_ms")
    case .cost: .trace("traces.cost_usd")
    case .quality: .trace("traces.quality_score")
    case .tokens: .trace("traces.tokens_total")
    case .input: .text("input")
    case .output: .text("output")
    case .error: .trace("(traces.error COLLATE \"C\")")
    }
  }

  /// The dimension of rollups; nil when rollups do not know it.
  var dimension: MetricDimension? {
    switch self {
    case .agent: .agent
    case .status: .status
    case .model: .model
    case .provider: .provider
    default: nil
    }
  }

  /// The same over a row of a rollup; nil when rollups do not know it.
  var rollup: String? {
    switch self {
    case .agent: "agent_id"
    case .status: "status"
    case .model: "NULLIF(model, '')"
    case .provider: "NULLIF(model_provider, '')"
    default: nil
    }
  }
}
