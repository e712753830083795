import Schema

/// The arguments of `Query.metrics`, checked.
struct MetricsRequest {
  /// How many points a series may have, and all series of an answer together.
  static let maximumPoints: Int64 = 2000
  static let maximumValues: Int64 = 50_000

  let window: TimeWindow
  /// Nil for totals alone.
  let interval: MetricInterval?
  let timeZone: String
  let dimensions: [MetricDimension]
  let filter: TraceFilter
  /// Each once, in the order of the schema.
  let figures: [MetricFigure]
  /// How many groups are shown; the others are one.
  let top: Int64
  /// By which groups are ranked, largest first.
  let rank: MetricFigure

  init(_ call: FieldCall) throws(GraphQLError) {
    window = try call.timeRange().window(at: call.now)
    interval = call.optionalText("interval").flatMap(MetricInterval.init)
    timeZone = try TimeZoneName.check(try call.text("timeZone"))
    dimensions = try Self.dimensions(call.arguments["groupBy"])
    filter = try TraceFilter(call.arguments["where"])
    let wanted = Self.names(call.arguments["measures"]).map { Set($0.compactMap(MetricFigure.init)) }
    guard wanted?.isEmpty != true else {
      throw GraphQLError("measures names nothing; name at least one, or leave it out for all.", code: .badUserInput)
    }
    figures = MetricFigure.allCases.filter { wanted?.contains($0) ?? true }
    top = try call.integer("top")
    rank = call.optionalText("orderBy").flatMap(MetricFigure.init) ?? .requests
    guard rank.definition != nil else {
      throw GraphQLError(
        "Groups cannot be ranked by a percentile; order by requests, errorRate, avgLatencyMs or another measure that adds up.",
        code: .badUserInput
      )
    }
    try checkSize()
  }

  /// The sums that figures and rank are made of.
  var measures: [Measure] {
    let needed = Set((figures + [rank]).flatMap(\.measures))
    return Measure.allCases.filter { needed.contains($0) }
  }

  /// Of the traces, should rollups not do.
  var scanPrice: ScanPrice { .figures(filter, dimensions, measures, cells: cells) }

  /// Of the rows of rollups.
  var rollupPrice: ScanPrice { .rollups(filter.isKnownToRollups ? filter : .none, dimensions, measures, cells: cells) }

  /// How many points a series has at most; 1 without one. Midnights of a time zone may lie anywhere.
  private var points: Int64 {
    guard let interval else { return 1 }
    if interval == .minute || (interval == .hour && timeZone == "UTC") {
      let (from, to) = (window.from.floored(toSeconds: interval.seconds), window.to.ceiled(toSeconds: interval.seconds))
      return (to.seconds - from.seconds) / interval.seconds
    }
    return (window.to.microseconds - window.from.microseconds) / (interval.seconds * 1_000_000) + 2
  }

  /// How many sums the answer may have.
  var cells: Int64 { points * groups }

  /// How many groups are told, with all others together and those together with these.
  private var groups: Int64 { dimensions.isEmpty ? 1 : top + 2 }

  /// Why rollups would not do, and how they would.
  var scanReason: (reason: String, remedy: String) {
    let dimensions = dimensions.filter { !$0.isKnownToRollups }.map { "Grouping by \($0.rawValue)" }
    let fields = filter.fields.filter { $0.rollup == nil }.map { "Filtering by \($0.rawValue)" }.sorted()
    if let reason = (dimensions + fields).first {
      return (reason, "group and filter by agent, model, provider and status only, which rollups answer")
    }
    let hasPercentiles = measures.contains { $0.isHistogram }
    if interval == .minute, hasPercentiles { return ("Percentiles by the minute", "take a longer interval") }
    if let interval, hasPercentiles, timeZone != "UTC", !filter.needsAllDimensions {
      return ("Percentiles by the \(interval.rawValue) of \(timeZone)", "take a time zone of whole hours")
    }
    return ("Telling so many agents and models apart", "filter by status only")
  }

  private static func names(_ list: InputValue?) -> [String]? {
    list?.listValue?.compactMap(\.stringValue)
  }

  static func dimensions(_ list: InputValue?) throws(GraphQLError) -> [MetricDimension] {
    var dimensions: [MetricDimension] = []
    for dimension in (names(list) ?? []).compactMap(MetricDimension.init) where !dimensions.contains(dimension) {
      dimensions.append(dimension)
    }
    guard dimensions.count <= 3 else {
      throw GraphQLError("groupBy takes at most 3 dimensions.", code: .badUserInput)
    }
    return dimensions
  }

  private func checkSize() throws(GraphQLError) {
    guard let interval else { return }
    guard points <= Self.maximumPoints else {
      throw GraphQLError(
        "The series would have \(points) points; at most \(Self.maximumPoints) are given. "
          + "Take a longer interval than \(interval.rawValue), or a shorter range.",
        code: .costLimitExceeded
      )
    }
    guard dimensions.isEmpty || points * (top + 1) <= Self.maximumValues else {
      throw GraphQLError(
        "The series of \(top) groups would have \(points * (top + 1)) points; at most \(Self.maximumValues) are "
          + "given. Take a smaller top, a longer interval or a shorter range.",
        code: .costLimitExceeded
      )
    }
  }
}
