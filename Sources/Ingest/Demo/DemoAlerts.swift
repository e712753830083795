/// The rules of a demo workspace, and the alerts they would have raised.
struct DemoAlerts: Sendable {
  struct Rule: Sendable {
    let id: UUIDBytes
    let rule: AlertRule
  }

  struct Alert: Sendable, Hashable {
    let id: UUIDBytes
    let ruleID: UUIDBytes
    let title: String
    let description: String
    let severity: AlertRule.Severity
    /// The value that raised it.
    let value: ExactDecimal
    let opened: TraceTimestamp
    var updated: TraceTimestamp
    var resolved: TraceTimestamp?
  }

  /// Minutes without a breach after which an alert resolves, so that it does not flutter.
  private static let quietMinutes = 10

  let rules: [Rule]
  let alerts: [Alert]

  /// - Parameters:
  ///   - minutes: the sums of each minute of the period.
  ///   - start: when the first minute begins.
  init(seed: UInt64, workspace: Int, minutes: [DemoMinute], start: TraceTimestamp) {
    rules = Self.rules(seed: seed, workspace: workspace, minutes)
    alerts = rules.flatMap { Self.alerts(of: $0, minutes, start) }.sorted {
      ($0.opened, $0.title) < ($1.opened, $1.title)
    }
  }

  /// The default rules; the limit for spending suits the workspace's size.
  private static func rules(seed: UInt64, workspace: Int, _ minutes: [DemoMinute]) -> [Rule] {
    AlertRule.defaults.enumerated().map { index, rule in
      var random = RandomSource(seed: seed, stream: 0x7275_6C65, UInt64(workspace), UInt64(index))
      var rule = rule
      if rule.metric == .totalCost { rule.threshold = spendingLimit(minutes) }
      return Rule(id: UUIDBytes.custom(random.next(), random.next()), rule: rule)
    }
  }

  /// Five times what an hour costs on average, in whole dollars.
  private static func spendingLimit(_ minutes: [DemoMinute]) -> ExactDecimal {
    let total = minutes.reduce(Int128(0)) { $0 + $1.cost }
    let hourly = total * 60 / Int128(max(1, minutes.count))
    return ExactDecimal(coefficient: 1 + 5 * hourly / Int128(powerOfTen: ExactDecimal.maximumScale), scale: 0)
  }

  /// Looks at the window after each minute, as the rules engine would.
  private static func alerts(of rule: Rule, _ minutes: [DemoMinute], _ start: TraceTimestamp) -> [Alert] {
    let length = rule.rule.windowSeconds / 60
    var window = DemoMinute()
    var alerts: [Alert] = []
    var current: Alert?
    for index in minutes.indices {
      window.add(minutes[index], sign: 1)
      if index >= length { window.add(minutes[index - length], sign: -1) }
      let now = start.adding(seconds: Int64(index + 1) * 60)
      if let value = breach(rule.rule, window) {
        if current == nil { current = open(rule, value, window, now) }
        current?.updated = now
      } else if var alert = current, alert.updated.adding(seconds: Int64(quietMinutes) * 60) <= now {
        alert.updated = now
        alert.resolved = now
        alerts.append(alert)
        current = nil
      }
    }
    return alerts + (current.map { [$0] } ?? [])
  }

  private static func breach(_ rule: AlertRule, _ window: DemoMinute) -> ExactDecimal? {
    guard window.sample(for: rule.metric) >= rule.minimumSample, let value = window.value(of: rule.metric) else {
      return nil
    }
    let left = value.coefficientAtMaximumScale
    let right = rule.threshold.coefficientAtMaximumScale
    let isBreach =
      switch rule.comparison {
      case .greater: left > right
      case .greaterOrEqual: left >= right
      case .less: left < right
      case .lessOrEqual: left <= right
      }
    return isBreach ? value : nil
  }

  private static func open(_ rule: Rule, _ value: ExactDecimal, _ window: DemoMinute, _ now: TraceTimestamp) -> Alert {
    let minute = UInt64(now.microseconds)
    let id = UUIDBytes.custom(
      RandomSource.mix(rule.id.high ^ RandomSource.mix(minute)),
      RandomSource.mix(rule.id.low &+ RandomSource.mix(minute &+ 1))
    )
    return Alert(
      id: id,
      ruleID: rule.id,
      title: rule.rule.name,
      description: describe(rule.rule, value, window),
      severity: rule.rule.severity,
      value: value,
      opened: now,
      updated: now
    )
  }

  private static func describe(_ rule: AlertRule, _ value: ExactDecimal, _ window: DemoMinute) -> String {
    let (name, unit) =
      switch rule.metric {
      case .totalRequests: ("Requests", "")
      case .errorRate: ("Error rate", " %")
      case .averageLatency: ("Average latency", " ms")
      case .totalCost: ("Cost", " USD")
      case .averageQuality: ("Average quality score", "")
      }
    let side = rule.comparison == .less || rule.comparison == .lessOrEqual ? "below" : "above"
    let sample = window.sample(for: rule.metric)
    let measured = "\(name) was \(value.trimmed)\(unit) over the last \(rule.windowSeconds / 60) minutes"
    return "\(measured) (\(sample) traces), \(side) the limit of \(rule.threshold)\(unit)."
  }
}
