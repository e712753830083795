public import Database
public import JSON
public import Schema

/// `Query.metrics`: figures of a window, by buckets of time and by groups. At most three statements in one round trip.
public struct MetricsResolver: RootFieldResolver {
  /// What may be spent on one answer.
  private let scanBudget: Duration

  public init(scanBudget: Duration = .seconds(2)) {
    self.scanBudget = scanBudget
  }

  /// The bounds of the series, when there is one; the figures by group, when there are groups; the totals. A trace is in the
  /// group of each of its tags, so totals are a statement of their own only where groups do not add up.
  public func queries(_ call: FieldCall) throws(GraphQLError) -> [SQLQuery] {
    let request = try MetricsRequest(call)
    let workspace = call.workspaceParameter
    var queries: [SQLQuery] = []
    if let interval = request.interval {
      queries.append(MetricsStatement.bounds(request, interval, workspace: workspace))
    }
    let limits = MetricsStatement.Limits(request, scanBudget)
    for dimensions in Self.groupings(of: request) {
      queries.append(MetricsStatement.figures(request, dimensions: dimensions, limits: limits, workspace: workspace))
    }
    return queries
  }

  /// By what each statement groups; totals come from the last.
  private static func groupings(of request: MetricsRequest) -> [[MetricDimension]] {
    request.dimensions.contains(.tag) ? [request.dimensions, []] : [request.dimensions]
  }

  public func body(_ results: [SQLResult], _ call: FieldCall, into writer: inout JSONWriter) throws(GraphQLError) {
    let request = try MetricsRequest(call)
    let figures = request.interval == nil ? results : Array(results.dropFirst())
    for rows in figures { try check(rows, request) }
    let window = try Self.keptWindow(figures[0], request)
    let buckets = request.interval.map { _ in MetricBuckets(window, bounds: results[0]) }
    let totals = figures[figures.count - 1]
    let totalKeys = figures.count == 1 ? request.dimensions.count : 0
    writer.beginObject()
    writer.key("as_of")
    writer.instant(call.now)
    writer.key("window")
    writer.window(window)
    writer.key("interval")
    if let interval = request.interval { writer.string(interval.rawValue) } else { writer.null() }
    writer.key("time_zone")
    writer.string(request.timeZone)
    writer.key("computed_from")
    writer.string(figures[0].bool(0, MetricsStatement.Column.isScan) == true ? "traces" : "rollups")
    let total = MetricGroupWriter(rows: totals, values: MetricValues(request, keys: totalKeys), buckets: buckets)
    total.write(place: nil, into: &writer)
    writer.key("groups")
    writer.beginArray()
    if !request.dimensions.isEmpty {
      let values = MetricValues(request, keys: request.dimensions.count)
      let groups = MetricGroupWriter(rows: figures[0], values: values, buckets: buckets)
      for place in groups.places {
        writer.beginObject()
        groups.writeKeys(request, place: place, into: &writer)
        groups.write(place: place, into: &writer)
        writer.endObject()
      }
    }
    writer.endArray()
    writer.endObject()
  }

  private func check(_ rows: SQLResult, _ request: MetricsRequest) throws(GraphQLError) {
    guard rows.bool(0, MetricsStatement.Column.isTimeZone) == true else { throw TimeZoneName.unknown(request.timeZone) }
    let isScan = rows.bool(0, MetricsStatement.Column.isScan) == true
    let limits = MetricsStatement.Limits(request, scanBudget)
    let limit = isScan ? limits.traces : limits.rollups
    guard let read = rows.int(0, MetricsStatement.Column.read), read > limit else { return }
    throw isScan ? Self.tooManyTraces(read, limit, request) : Self.tooManyRollups(limit, request)
  }

  /// The part of the window that the figures cover.
  private static func keptWindow(_ rows: SQLResult, _ request: MetricsRequest) throws(GraphQLError) -> TimeWindow {
    let keptFrom = rows.instant(0, MetricsStatement.Column.keptFrom)
    let isFine = rows.bool(0, MetricsStatement.Column.isFine) == true
    if let keptFrom, isFine, request.window.from < keptFrom { throw .noLongerKept(keptFrom) }
    return try request.window.figures(keptFrom: keptFrom)
  }

  /// Says what would be cheaper.
  private static func tooManyTraces(_ read: Int64, _ limit: Int64, _ request: MetricsRequest) -> GraphQLError {
    let (reason, remedy) = request.scanReason
    let range = request.window.part(limit, of: read)
    let advice = request.scanPrice.advice(for: limit).map { ", \($0)" } ?? ""
    return GraphQLError(
      "\(reason) reads every trace of the range: \(read), more than \(limit) at "
        + "\(request.scanPrice.text(for: limit)) each. Take a range of about \(range)\(advice), or \(remedy).",
      code: .costLimitExceeded
    )
  }

  private static func tooManyRollups(_ limit: Int64, _ request: MetricsRequest) -> GraphQLError {
    let interval = request.interval.flatMap { $0 == .week ? nil : ", a longer interval than \($0.rawValue)" }
    return request.rollupPrice.refusal(by: request.dimensions + request.filter.dimensions, limit, interval ?? "")
  }
}

/// The buckets of a series: how many, and where they lie.
struct MetricBuckets {
  /// Bucket i is `edges[i]..<edges[i + 1]`.
  let edges: [Instant]
  var count: Int { edges.count - 1 }

  init(_ window: TimeWindow, bounds: SQLResult) {
    let inner = (0..<bounds.rowCount).compactMap { bounds.int($0, 0) }.map { Instant(microseconds: $0) }
    edges = [window.from] + inner + [window.to]
  }
}

extension TimeWindow {
  /// The window that figures cover; see ``known(keptFrom:)``.
  func figures(keptFrom: Instant?) throws(GraphQLError) -> TimeWindow {
    if let known = known(keptFrom: keptFrom) { return known }
    throw .noLongerKept(keptFrom ?? to)
  }

  /// How long a part of it is that holds `limit` of its `count` traces, if they were spread evenly: `9 days`.
  func part(_ limit: Int64, of count: Int64) -> String {
    let share = Double(limit) / Double(max(1, count))
    let minutes = max(1, Int64(Double(to.seconds - from.seconds) / 60 * share))
    return minutes >= 2880 ? "\(minutes / 1440) days" : minutes >= 120 ? "\(minutes / 60) h" : "\(minutes) min"
  }
}

extension GraphQLError {
  fileprivate static func noLongerKept(_ keptFrom: Instant) -> GraphQLError {
    GraphQLError(
      "Invalid time range: traces and minutes before \(keptFrom.text) are no longer kept, and this takes them. "
        + "Begin then or later; hours and days by agent, model, provider and status go further back.",
      code: .invalidTimeRange
    )
  }
}

extension SQLResult {
  /// An instant from microseconds since the epoch (``SQLText/microseconds(_:)``); nil for NULL.
  func instant(_ row: Int, _ column: Int) -> Instant? { int(row, column).map { Instant(microseconds: $0) } }
}

extension JSONWriter {
  mutating func window(_ window: TimeWindow) {
    beginObject()
    key("from")
    instant(window.from)
    key("to")
    instant(window.to)
    endObject()
  }
}
