/// What it costs PostgreSQL to read one trace where rollups do not know what is asked, by what is done with it. The number of
/// traces that a scan would read is known before it begins, so a scan that is too dear is never begun (docs/figures.md).
///
/// The prices are rounded up from measurements (docs/decisions/0021); what they must get right is which scans are a thousand
/// times dearer than others.
struct ScanPrice: Sendable, Hashable {
  /// What the time goes into.
  enum Part: Sendable, Hashable, CaseIterable {
    case reading
    /// Tests of columns and tags.
    case tests
    /// Tests of input and output, which lie in a table of their own and may be long.
    case texts
    case groups
    /// Percentiles, for each of which every group has a histogram.
    case percentiles
  }

  /// Nanoseconds by part.
  private var parts: [Part: Int64] = [:]

  private init(reading: Int64) {
    parts[.reading] = reading
  }

  /// Of a list, which is counted as well.
  static func list(_ filter: TraceFilter, _ order: TraceOrder) -> ScanPrice {
    var price = ScanPrice(reading: order.field == .time ? 300 : 400)
    price.add(filter)
    return price
  }

  /// Of figures by groups.
  static func figures(_ filter: TraceFilter, _ dimensions: [MetricDimension], _ measures: [Measure]) -> ScanPrice {
    var price = ScanPrice(reading: 400)
    price.add(filter)
    let isFine = dimensions.contains { !$0.isKnownToRollups }
    price.parts[.groups] = Int64(dimensions.count) * (isFine ? 1500 : 700)
    // In the worst case each trace is a group of its own.
    let histograms = Int64(measures.count(where: \.isHistogram))
    price.parts[.percentiles] = histograms * (isFine ? 7000 : 1000)
    return price
  }

  private mutating func add(_ filter: TraceFilter) {
    for (field, test) in filter.tests {
      switch field.place {
      case .text: parts[.texts, default: 0] += 8000
      case .tags: parts[.tests, default: 0] += 800
      case .trace: parts[.tests, default: 0] += Self.price(of: test, field)
      }
    }
  }

  private static func price(of test: TraceFilter.Test, _ field: FilterField) -> Int64 {
    switch test {
    case .compare, .isAbsent: 30
    case .prefix, .contains: 80
    // Instants are read from their texts for each trace.
    case .among(let values): 150 + Int64(values.count) * (field.kind == .timestamptz ? 250 : 10)
    }
  }

  /// Nanoseconds for each trace.
  var nanoseconds: Int64 { parts.values.reduce(0, +) }

  /// How many traces can be read for so much.
  func maximumTraces(_ budget: Duration) -> Int64 {
    let (seconds, attoseconds) = budget.components
    return (seconds * 1_000_000_000 + attoseconds / 1_000_000_000) / max(1, nanoseconds)
  }

  /// What to ask less of, when it is that which makes the scan dear.
  var advice: String? {
    guard let (part, price) = parts.max(by: { $0.value < $1.value }), 2 * price > nanoseconds else { return nil }
    return switch part {
    case .reading, .groups: nil
    case .tests: "test fewer fields"
    case .texts: "test input and output less often"
    case .percentiles: "ask for measures without percentiles"
    }
  }

  /// `0.4 µs`, `48 µs`.
  var text: String {
    let tenths = (nanoseconds + 99) / 100
    return tenths < 100 ? "\(tenths / 10).\(tenths % 10) µs" : "\((tenths + 5) / 10) µs"
  }
}
