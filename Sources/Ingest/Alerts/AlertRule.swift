/// What a workspace wants to be told of: a metric over a window that is beyond a threshold (SPEC §6).
public struct AlertRule: Sendable, Hashable {
  /// The figures of the KPI set, by their names in REST.
  public enum Metric: String, Sendable, Hashable, CaseIterable {
    case totalRequests = "total_requests"
    case averageLatency = "avg_latency_ms"
    case errorRate = "error_rate"
    case totalCost = "total_cost_usd"
    case averageQuality = "avg_quality_score"
  }

  public enum Comparison: String, Sendable, Hashable, CaseIterable {
    case greater = "gt"
    case greaterOrEqual = "gte"
    case less = "lt"
    case lessOrEqual = "lte"
  }

  public enum Severity: String, Sendable, Hashable, CaseIterable {
    case info
    case warning
    case critical
  }

  public var name: String
  public var metric: Metric
  public var windowSeconds: Int
  public var comparison: Comparison
  public var threshold: ExactDecimal
  public var severity: Severity
  /// With fewer traces (for quality: scored traces) in the window the rule says nothing.
  public var minimumSample: Int

  public init(
    name: String,
    metric: Metric,
    windowSeconds: Int,
    comparison: Comparison,
    threshold: ExactDecimal,
    severity: Severity,
    minimumSample: Int
  ) {
    self.name = name
    self.metric = metric
    self.windowSeconds = windowSeconds
    self.comparison = comparison
    self.threshold = threshold
    self.severity = severity
    self.minimumSample = minimumSample
  }

  /// What a new workspace starts with.
  public static let defaults: [AlertRule] = [
    AlertRule(
      name: "Error rate is critical",
      metric: .errorRate,
      windowSeconds: 1800,
      comparison: .greater,
      threshold: ExactDecimal(coefficient: 25, scale: 0),
      severity: .critical,
      minimumSample: 20
    ),
    AlertRule(
      name: "Error rate is high",
      metric: .errorRate,
      windowSeconds: 3600,
      comparison: .greater,
      threshold: ExactDecimal(coefficient: 12, scale: 0),
      severity: .warning,
      minimumSample: 40
    ),
    AlertRule(
      name: "Answers are slow",
      metric: .averageLatency,
      windowSeconds: 3600,
      comparison: .greater,
      threshold: ExactDecimal(coefficient: 15_000, scale: 0),
      severity: .warning,
      minimumSample: 20
    ),
    AlertRule(
      name: "Spending is high",
      metric: .totalCost,
      windowSeconds: 3600,
      comparison: .greater,
      threshold: ExactDecimal(coefficient: 50, scale: 0),
      severity: .warning,
      minimumSample: 1
    ),
    AlertRule(
      name: "Quality is low",
      metric: .averageQuality,
      windowSeconds: 10_800,
      comparison: .less,
      threshold: ExactDecimal(coefficient: 72, scale: 0),
      severity: .info,
      minimumSample: 10
    ),
  ]
}
