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
  case tokensInput = "tokens_input"
  case tokensOutput = "tokens_output"
  case tokensTotal = "tokens_total"
  /// `Histogram` of milliseconds.
  case latencies
  /// `Histogram` of billionths of a dollar, of the traces that have a cost.
  case costs

  /// The sum over rows of `traces`.
  var ofTraces: String {
    switch self {
    case .requests: "count(*)"
    case .errors: "count(*) FILTER (WHERE status <> 'success')"
    case .latency: "sum(latency_ms)"
    case .cost: "sum(cost_usd)"
    case .quality: "sum(quality_score)"
    case .scored: "count(quality_score)"
    case .tokensInput: "sum(tokens_input)"
    case .tokensOutput: "sum(tokens_output)"
    case .tokensTotal: "sum(tokens_total)"
    case .latencies: "sum(histogram_unit(latency_ms))"
    case .costs: "sum(histogram_unit(nano_dollars(cost_usd)))"
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
    case .tokensInput: "sum(tokens_input_sum)"
    case .tokensOutput: "sum(tokens_output_sum)"
    case .tokensTotal: "sum(tokens_total_sum)"
    case .latencies: "sum(latency_histogram)"
    case .costs: "sum(cost_histogram)"
    }
  }

  /// Whether rollups of the minute do without it.
  var isHistogram: Bool { self == .latencies || self == .costs }
}
