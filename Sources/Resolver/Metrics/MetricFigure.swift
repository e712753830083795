/// What `metrics` can compute, by its name in `MetricName`. Figures that KPIs have as well are the KPIs' definitions.
enum MetricFigure: String, Sendable, Hashable, CaseIterable {
  case requests
  case errors
  case errorRate
  case avgLatencyMs
  case p50LatencyMs
  case p90LatencyMs
  case p95LatencyMs
  case p99LatencyMs
  case p999LatencyMs
  case tokensInput
  case tokensOutput
  case tokensTotal
  case totalCostUsd
  case p50CostUsd
  case p95CostUsd
  case p99CostUsd
  case avgQualityScore

  /// A part of all values, read from a histogram.
  struct Quantile: Sendable, Hashable {
    let histogram: Measure
    let perMille: Int64
    /// What one of the histogram's whole numbers is.
    let unit: Double
  }

  /// Nil for a percentile.
  var definition: MetricDefinition? {
    switch self {
    case .requests: .requests
    case .errors: .errors
    case .errorRate: .errorRate
    case .avgLatencyMs: .averageLatency
    case .tokensInput: .tokensInput
    case .tokensOutput: .tokensOutput
    case .tokensTotal: .tokensTotal
    case .totalCostUsd: .totalCost
    case .avgQualityScore: .averageQuality
    default: nil
    }
  }

  /// Nil for what is no percentile.
  var quantile: Quantile? {
    switch self {
    case .p50LatencyMs: .latency(500)
    case .p90LatencyMs: .latency(900)
    case .p95LatencyMs: .latency(950)
    case .p99LatencyMs: .latency(990)
    case .p999LatencyMs: .latency(999)
    case .p50CostUsd: .cost(500)
    case .p95CostUsd: .cost(950)
    case .p99CostUsd: .cost(990)
    default: nil
    }
  }

  /// The sums that it takes.
  var measures: [Measure] { definition?.measures ?? quantile.map { [$0.histogram] } ?? [] }
}

extension MetricFigure.Quantile {
  fileprivate static func latency(_ perMille: Int64) -> Self {
    Self(histogram: .latencies, perMille: perMille, unit: 1)
  }

  fileprivate static func cost(_ perMille: Int64) -> Self {
    Self(histogram: .costs, perMille: perMille, unit: 1e-9)
  }
}
