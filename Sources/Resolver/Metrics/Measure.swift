/// A sum over traces that adds up over any cut of a window: the same number from raw rows and from rollups.
///
/// The raw value is a column's name in SQL.
enum Measure: String, Sendable, Hashable, CaseIterable {
  /// Traces.
  case requests
  /// Traces whose status is not `success`.
  case errors
  /// Milliseconds.
  case latency
  /// US dollars; a trace without cost adds nothing.
  case cost
  /// Sum of the quality scores of the traces that have one.
  case quality
  /// Traces that have a quality score.
  case scored

  /// The sum over rows of `traces`.
  var ofTraces: String {
    switch self {
    case .requests: "count(*)"
    case .errors: "count(*) FILTER (WHERE status <> 'success')"
    case .latency: "sum(latency_ms)"
    case .cost: "sum(cost_usd)"
    case .quality: "sum(quality_score)"
    case .scored: "count(quality_score)"
    }
  }

  /// The sum over rows of a rollup.
  var ofRollup: String {
    switch self {
    case .requests: "sum(request_count)"
    case .errors: "sum(error_count)"
    case .latency: "sum(latency_ms_sum)"
    case .cost: "sum(total_cost_usd)"
    case .quality: "sum(quality_score_sum)"
    case .scored: "sum(quality_score_count)"
    }
  }
}
