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

  /// What a row of `traces` adds.
  var ofTraces: String {
    switch self {
    case .requests: "1::bigint"
    case .errors: "(status <> 'success')::integer"
    case .latency: "latency_ms"
    case .cost: "cost_usd"
    case .quality: "quality_score"
    case .scored: "(quality_score IS NOT NULL)::integer"
    case .tokensInput: "tokens_input"
    case .tokensOutput: "tokens_output"
    case .tokensTotal: "tokens_total"
    case .latencies: "histogram_unit(latency_ms)"
    case .costs: "histogram_unit(nano_dollars(cost_usd))"
    }
  }

  /// What a row of a rollup adds.
  var ofRollup: String {
    switch self {
    case .requests: "request_count"
    case .errors: "error_count"
    case .latency: "latency_ms_sum"
    case .cost: "total_cost_usd"
    case .quality: "quality_score_sum"
    case .scored: "quality_score_count"
    case .tokensInput: "tokens_input_sum"
    case .tokensOutput: "tokens_output_sum"
    case .tokensTotal: "tokens_total_sum"
    case .latencies: "latency_histogram"
    case .costs: "cost_histogram"
    }
  }

  /// Whether rollups of the minute do without it.
  var isHistogram: Bool { self == .latencies || self == .costs }
}
