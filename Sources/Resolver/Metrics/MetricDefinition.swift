/// A figure as a ratio of sums, so that it is exact over any window: never an average of averages.
///
/// The one place that says what a KPI means (SPEC §1, "KPIs").
struct MetricDefinition: Sendable {
  /// Which way of the figure is good news.
  enum Trend: String, Sendable {
    case normal
    case inverse
  }

  /// The member of a body that holds the figure.
  let key: StaticString
  let numerator: Measure
  /// Nil for a plain sum.
  let denominator: Measure?
  /// 100 for percentages.
  var factor = 1
  let trend: Trend

  static let totalRequests = MetricDefinition(
    key: "total_requests",
    numerator: .requests,
    denominator: nil,
    trend: .normal
  )
  static let averageLatency = MetricDefinition(
    key: "avg_latency_ms",
    numerator: .latency,
    denominator: .requests,
    trend: .inverse
  )
  static let errorRate = MetricDefinition(
    key: "error_rate",
    numerator: .errors,
    denominator: .requests,
    factor: 100,
    trend: .inverse
  )
  static let totalCost = MetricDefinition(
    key: "total_cost_usd",
    numerator: .cost,
    denominator: nil,
    trend: .normal
  )
  static let averageQuality = MetricDefinition(
    key: "avg_quality_score",
    numerator: .quality,
    denominator: .scored,
    trend: .normal
  )

  static let errors = MetricDefinition(key: "errors", numerator: .errors, denominator: nil, trend: .inverse)
  static let requests = MetricDefinition(key: "requests", numerator: .requests, denominator: nil, trend: .normal)
  static let tokensInput = MetricDefinition(
    key: "tokens_input",
    numerator: .tokensInput,
    denominator: nil,
    trend: .normal
  )
  static let tokensOutput = MetricDefinition(
    key: "tokens_output",
    numerator: .tokensOutput,
    denominator: nil,
    trend: .normal
  )
  static let tokensTotal = MetricDefinition(
    key: "tokens_total",
    numerator: .tokensTotal,
    denominator: nil,
    trend: .normal
  )

  /// The sums that the figure is made of.
  var measures: [Measure] { [numerator] + (denominator.map { [$0] } ?? []) }

  /// The KPI set in the order of its body.
  static let kpis = [totalRequests, averageLatency, errorRate, totalCost, averageQuality]
}

// MARK: SQL

extension MetricDefinition {
  /// Ratios are rounded to so many decimals. Sums are not rounded.
  private static let decimals = 6
  /// A one whose scale makes PostgreSQL keep at least 20 decimals in a division (`select_div_scale` in numeric.c
  /// alone promises 16 significant digits, too few decimals for large quotients).
  private static let wideOne = "1.00000000000000000000"

  /// The figure out of a row of sums as `numeric` without trailing zeros; 0 when there is nothing to divide by.
  /// - Parameter sums: alias of a relation with a column for each measure, none of them NULL.
  func value(_ sums: String) -> String { "COALESCE(\(valueIfAny(sums)), 0)" }

  /// The same, but NULL when there is nothing to divide by.
  /// - Parameter prefix: what the names of the columns begin with.
  func valueIfAny(_ sums: String, prefix: String = "") -> String {
    let columns = "\(sums).\(prefix)"
    guard let denominator else { return "trim_scale(\(columns)\(numerator.rawValue)::numeric)" }
    let dividend = "\(factor) * \(columns)\(numerator.rawValue) * \(Self.wideOne)"
    let divisor = "NULLIF(\(columns)\(denominator.rawValue), 0)"
    return "trim_scale(round(\(dividend) / \(divisor), \(Self.decimals)))"
  }

  /// A group's part of the figure of all: its numerator over the denominator of all. Parts add up to the figure; 0 when there
  /// is nothing to divide by.
  func part(of group: String, in whole: String, prefix: String) -> String {
    let dividend = "\(factor) * \(group).\(prefix)\(numerator.rawValue)::numeric"
    guard let denominator else { return "(\(dividend))" }
    return "COALESCE(\(dividend) * \(Self.wideOne) / NULLIF(\(whole).\(prefix)\(denominator.rawValue), 0), 0)"
  }

  /// Percent by which the figure moved, to one decimal, half away from zero: 0 when both are 0, 100 when only the
  /// earlier one is 0.
  ///
  /// Ratios are compared by cross-multiplication, so only the last division rounds.
  func change(_ sums: String, against earlier: String) -> String {
    let (now, before) = ("\(sums).\(numerator.rawValue)", "\(earlier).\(numerator.rawValue)")
    var (left, right) = ("\(now)::numeric", "\(before)::numeric")
    if let denominator {
      left += " * \(earlier).\(denominator.rawValue)"
      right += " * \(sums).\(denominator.rawValue)"
    }
    return """
      trim_scale(CASE
          WHEN \(before) = 0 THEN CASE WHEN \(now) = 0 THEN 0 ELSE 100 END
          WHEN \(now) = 0 THEN -100 * sign(\(before))
          ELSE round(100 * (\(left) - \(right)) * \(Self.wideOne) / abs(\(right)), 1)
        END)
      """
  }
}
