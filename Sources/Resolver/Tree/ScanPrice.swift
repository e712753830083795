import Schema

/// What it costs PostgreSQL to read one trace where rollups do not know what is asked, or one row of a rollup, by what is done
/// with it. How many would be read is known before anything is, so what is too dear is never begun (docs/figures.md).
///
/// The prices are rounded up from measurements (docs/decisions/0021); what they must get right is which scans are a thousand
/// times dearer than others.
struct ScanPrice: Sendable, Hashable {
  /// What the time goes into.
  enum Part: Sendable, Hashable, CaseIterable {
    case reading
    /// Tests of columns and tags, and a tag's own rows.
    case tests
    /// Tests of input, output and error, which may be long; the first two lie in a table of their own.
    case texts
    case groups
    /// Percentiles, for each of which every group has a histogram.
    case percentiles
  }

  /// What the tests of a condition take, without texts.
  var tests: Int64 { parts[.tests] ?? 0 }

  /// Nanoseconds for each row, by part.
  private var parts: [Part: Int64] = [:]
  /// How many sums of an answer, of groups and buckets, there can be, and nanoseconds for each of them.
  private var cells: Int64 = 0
  private var cellPrice: Int64 = 0

  private init(reading: Int64) {
    parts[.reading] = reading
  }

  /// Of a list, which is counted as well.
  /// - Parameter isDeep: all traces before the page are passed over one by one.
  static func list(_ filter: TraceFilter, _ order: TraceOrder, isDeep: Bool = false) -> ScanPrice {
    var price = ScanPrice(reading: (order.field == .time ? 300 : 400) + (isDeep ? 1200 : 0))
    price.add(filter)
    return price
  }

  /// Of figures that are made of traces.
  /// - Parameter cells: how many groups and buckets the answer may have.
  static func figures(
    _ filter: TraceFilter,
    _ dimensions: [MetricDimension],
    _ measures: [Measure],
    cells: Int64
  ) -> ScanPrice {
    var price = ScanPrice(reading: 700)
    price.add(filter)
    // A trace counts for each of its tags, of which two are assumed.
    let groups: Int64 = dimensions.reduce(0) { $0 + ($1 == .tag ? 2000 : $1.isKnownToRollups ? 700 : 1500) }
    price.parts[.groups] = dimensions.contains(.tag) ? 2 * groups : groups
    price.addPercentiles(measures, cells: cells)
    return price
  }

  /// Of figures that are made of rollups.
  static func rollups(
    _ filter: TraceFilter,
    _ dimensions: [MetricDimension],
    _ measures: [Measure],
    cells: Int64
  ) -> ScanPrice {
    var price = ScanPrice(reading: 1200)
    price.add(filter)
    price.parts[.groups] = Int64(dimensions.count) * 300
    price.addPercentiles(measures, cells: cells)
    return price
  }

  private mutating func addPercentiles(_ measures: [Measure], cells: Int64) {
    let histograms = Int64(measures.count(where: \.isHistogram))
    parts[.percentiles] = histograms * 1000
    self.cells = cells
    cellPrice = 2000 + histograms * 12_000
  }

  private mutating func add(_ filter: TraceFilter) {
    for (field, test) in filter.tests {
      switch field.place {
      case .text: parts[.texts, default: 0] += 8000
      case .trace where field == .error: parts[.texts, default: 0] += 8000
      case .tags: parts[.tests, default: 0] += 800
      case .trace: parts[.tests, default: 0] += Self.price(of: test)
      }
    }
  }

  private static func price(of test: TraceFilter.Test) -> Int64 {
    switch test {
    case .compare, .isAbsent: 30
    case .prefix, .contains: 80
    case .among: 150
    }
  }

  /// Nanoseconds for each row, without what the answer's sums take.
  private var rowPrice: Int64 { parts.values.reduce(0, +) }

  /// Nanoseconds for so many rows. No sum is there without a row.
  private func price(of rows: Int64) -> Int64 { rows * rowPrice + min(rows, cells) * cellPrice }

  /// What may be spent at once; who needs more waits for others who do.
  static func trial(of budget: Duration) -> Duration { budget / 40 }

  /// How many rows can be read for so much.
  func maximumRows(_ budget: Duration) -> Int64 {
    let (seconds, attoseconds) = budget.components
    let nanoseconds = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    let few = nanoseconds / max(1, rowPrice + cellPrice)
    return few <= cells ? few : (nanoseconds - cells * cellPrice) / max(1, rowPrice)
  }

  /// What to ask less of, when it is that which makes so many rows dear.
  func advice(for rows: Int64) -> String? {
    let whole = price(of: rows)
    var prices = parts.mapValues { $0 * rows }
    let sums = min(rows, cells) * cellPrice
    if parts[.percentiles] ?? 0 > 0 { prices[.percentiles, default: 0] += sums }
    guard let (part, price) = prices.max(by: { $0.value < $1.value }), 2 * price > whole else { return nil }
    return switch part {
    case .reading, .groups: nil
    case .tests: "test fewer fields"
    case .texts: "test input, output and error less often"
    case .percentiles: "ask for measures without percentiles"
    }
  }

  /// What each of so many rows takes: `0.4 µs`, `48 µs`.
  func text(for rows: Int64) -> String {
    let tenths = (price(of: max(1, rows)) / max(1, rows) + 99) / 100
    return tenths < 100 ? "\(tenths / 10).\(tenths % 10) µs" : "\((tenths + 5) / 10) µs"
  }

  /// What to say when there are more rows of rollups than `limit`.
  /// - Parameter more: further advice, as ", a longer interval".
  func refusal(by dimensions: [MetricDimension], _ limit: Int64, _ more: String = "") -> GraphQLError {
    let table = dimensions.contains(.agent) ? "agent" : "model"
    let advice = advice(for: limit).map { ", \($0)" } ?? ""
    return GraphQLError(
      "The range has more than \(limit) rows of rollups by \(table), at \(text(for: limit)) each. "
        + "Take a shorter range\(more)\(advice), or tell fewer dimensions apart.",
      code: .costLimitExceeded
    )
  }
}
