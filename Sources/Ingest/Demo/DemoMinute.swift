/// What alert rules see of the traces: sums by the minute.
struct DemoMinute: Sendable, Hashable {
  var requests: Int64 = 0
  var errors: Int64 = 0
  var latency: Int64 = 0
  /// At ``ExactDecimal/maximumScale``.
  var cost: Int128 = 0
  /// The same.
  var quality: Int128 = 0
  var scored: Int64 = 0

  mutating func add(_ trace: TraceInput) {
    requests += 1
    errors += trace.status == .success ? 0 : 1
    latency += Int64(trace.latency)
    cost += trace.cost?.coefficientAtMaximumScale ?? 0
    guard let score = trace.qualityScore else { return }
    quality += score.coefficientAtMaximumScale
    scored += 1
  }

  /// Adds or takes away (`sign` 1 or -1) another minute's sums.
  mutating func add(_ other: DemoMinute, sign: Int64) {
    requests += sign * other.requests
    errors += sign * other.errors
    latency += sign * other.latency
    cost += Int128(sign) * other.cost
    quality += Int128(sign) * other.quality
    scored += sign * other.scored
  }

  func sample(for metric: AlertRule.Metric) -> Int64 {
    metric == .averageQuality ? scored : requests
  }

  /// The metric with two digits after the point, rounded half up; nil when there is nothing to divide by.
  func value(of metric: AlertRule.Metric) -> ExactDecimal? {
    let unit = Int128(powerOfTen: ExactDecimal.maximumScale - 2)
    switch metric {
    case .totalRequests: return ExactDecimal(coefficient: Int128(requests) * 100, scale: 2)
    case .errorRate: return Self.ratio(Int128(errors) * 10_000, Int128(requests))
    case .averageLatency: return Self.ratio(Int128(latency) * 100, Int128(requests))
    case .totalCost: return Self.ratio(cost, unit)
    case .averageQuality: return Self.ratio(quality / unit, Int128(scored))
    }
  }

  private static func ratio(_ hundredths: Int128, _ divisor: Int128) -> ExactDecimal? {
    guard divisor > 0 else { return nil }
    return ExactDecimal(coefficient: (2 * hundredths + divisor) / (2 * divisor), scale: 2)
  }
}
