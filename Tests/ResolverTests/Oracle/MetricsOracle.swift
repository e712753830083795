import Foundation
import JSON
import Resolver
import Schema

/// What `metrics` should answer, from the traces in memory: sums by `Decimal`, percentiles by sorting, days by the calendar
/// of Foundation.
struct MetricsOracle {
  struct Group {
    var keys: [String?]
    var rows: [TraceSample.Row]
  }

  let rows: [TraceSample.Row]
  let window: TimeWindow
  let interval: String?
  let timeZone: String
  let dimensions: [String]

  /// The edges of the buckets.
  func edges() -> [Instant] {
    guard let interval else { return [window.from, window.to] }
    var calendar = Calendar(identifier: .iso8601)
    calendar.timeZone = TimeZone(identifier: timeZone) ?? .gmt
    var edges = [window.from]
    let unit: Calendar.Component =
      switch interval {
      case "minute": .minute
      case "hour": .hour
      case "day": .day
      default: .weekOfYear
      }
    var date = Date(timeIntervalSince1970: Double(window.from.microseconds) / 1e6)
    while let part = calendar.dateInterval(of: unit, for: date) {
      let end = Instant(seconds: Int64(part.end.timeIntervalSince1970.rounded()))
      guard end < window.to else { break }
      if end > window.from { edges.append(end) }
      date = part.end
    }
    return edges + [window.to]
  }

  /// Groups in order of their requests, then of their keys; a trace is in the group of each of its tags.
  func groups() -> [Group] {
    var groups: [[String]: [TraceSample.Row]] = [:]
    for row in rows {
      for keys in keys(of: row) { groups[keys, default: []].append(row) }
    }
    let sorted = groups.sorted { left, right in
      if left.value.count != right.value.count { return left.value.count > right.value.count }
      for (left, right) in zip(left.key, right.key) where left != right {
        return left.utf8.lexicographicallyPrecedes(right.utf8)
      }
      return false
    }
    return sorted.map { Group(keys: $0.key.map { $0.isEmpty ? nil : $0 }, rows: $0.value) }
  }

  private func keys(of row: TraceSample.Row) -> [[String]] {
    var combinations: [[String]] = [[]]
    for dimension in dimensions {
      let values: [String] =
        switch dimension {
        case "agent": [row.agentID]
        case "model": [row.model ?? ""]
        case "provider": [row.provider ?? ""]
        case "status": [row.status]
        case "user": [row.user ?? ""]
        case "session": [row.session ?? ""]
        default: row.tags.isEmpty ? [""] : Array(Set(row.tags))
        }
      combinations = combinations.flatMap { start in values.map { start + [$0] } }
    }
    return combinations
  }

  // MARK: Figures

  /// What is wrong with the figures of some traces; nothing when all is right.
  static func problems(_ values: JSONValue?, _ rows: [TraceSample.Row]) -> [String] {
    guard let values else { return ["no values"] }
    let count = Decimal(rows.count)
    func sum(_ value: (TraceSample.Row) -> Decimal?) -> Decimal { rows.compactMap(value).reduce(0, +) }
    func ratio(_ sum: Decimal, _ count: Decimal) -> Decimal? { count == 0 ? nil : rounded(sum / count) }
    let qualities = rows.compactMap { $0.quality.flatMap { Decimal(string: $0) } }
    let exact: [(String, Decimal?)] = [
      ("requests", count), ("errors", sum { $0.status == "success" ? 0 : 1 }),
      ("error_rate", ratio(100 * sum { $0.status == "success" ? 0 : 1 }, count)),
      ("avg_latency_ms", ratio(sum { Decimal($0.latency) }, count)),
      ("tokens_input", sum { $0.tokens.map { Decimal($0) } }), ("tokens_output", sum { $0.tokens.map { Decimal($0) } }),
      ("tokens_total", sum { $0.tokens.map { Decimal($0) } }),
      ("total_cost_usd", sum { $0.cost.flatMap { Decimal(string: $0) } }),
      ("avg_quality_score", ratio(qualities.reduce(0, +), Decimal(qualities.count))),
    ]
    var problems: [String] = []
    for (name, expected) in exact where values[name]?.number.flatMap({ Decimal(string: $0) }) != expected {
      problems.append("\(name) is \(values[name]?.json ?? "missing"), not \(expected.map { "\($0)" } ?? "null")")
    }
    let latencies = rows.map { Double($0.latency) }
    let costs = rows.compactMap { $0.cost.flatMap(Double.init) }.map { min(($0 * 1e9).rounded(.up) / 1e9, 1e6) }
    for (name, part) in [("p50", 500), ("p90", 900), ("p95", 950), ("p99", 990), ("p999", 999)] {
      problems += problem("\(name)_latency_ms", values, latencies, perMille: part)
    }
    for (name, part) in [("p50", 500), ("p95", 950), ("p99", 990)] {
      problems += problem("\(name)_cost_usd", values, costs, perMille: part)
    }
    return problems
  }

  private static func problem(_ name: String, _ body: JSONValue, _ values: [Double], perMille: Int) -> [String] {
    let found = body[name]?.number.flatMap(Double.init)
    let rank = max(1, (values.count * perMille + 999) / 1000)
    let expected = values.isEmpty ? nil : values.sorted()[rank - 1]
    if let found, let expected, abs(found - expected) <= 0.01 * expected + 1e-15 { return [] }
    return found == nil && expected == nil ? [] : ["\(name) is \(found ?? .nan), not \(expected ?? .nan)"]
  }

  private static func rounded(_ value: Decimal) -> Decimal {
    var value = value
    var result = Decimal()
    NSDecimalRound(&result, &value, 6, .plain)
    return result
  }
}
