/// What figures can be grouped by: the values of the enum `MetricDimension`.
///
/// What a trace does not have is the empty text.
enum MetricDimension: String, Sendable, Hashable, CaseIterable {
  case agent
  case model
  case provider
  case status
  case user
  case session
  case tag

  /// Whether rollups know it.
  var isKnownToRollups: Bool { rollup != nil }

  /// Over rows of a rollup.
  var rollup: String? {
    switch self {
    case .agent: "agent_id"
    case .model: "model"
    case .provider: "model_provider"
    case .status: "status"
    case .user, .session, .tag: nil
    }
  }

  /// Over rows of `traces`, with ``join``.
  var traces: String {
    switch self {
    case .agent: "traces.agent_id"
    case .model: "COALESCE(traces.model, '')"
    case .provider: "COALESCE(traces.model_provider, '')"
    case .status: "traces.status"
    case .user: "COALESCE(traces.user_id, '')"
    case .session: "COALESCE(traces.session_id, '')"
    case .tag: "tag.value"
    }
  }

  /// A trace is in the group of each of its tags once.
  var join: String {
    guard self == .tag else { return "" }
    return """
       CROSS JOIN LATERAL (
        SELECT DISTINCT unnest(CASE WHEN traces.tags = '{}' THEN ARRAY[''] ELSE traces.tags END) AS value) AS tag
      """
  }

  func key(named name: String) -> TiledSums.Key {
    let rollup = rollup ?? "NULL"
    return TiledSums.Key(
      name: name,
      traces: "(\(traces)) COLLATE \"C\"",
      rollup: { _ in "(\(rollup)) COLLATE \"C\"" }
    )
  }
}
