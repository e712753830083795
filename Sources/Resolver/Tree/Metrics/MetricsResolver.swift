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
    for dimensions in Self.groupings(of: request) {
      queries.append(
        MetricsStatement.figures(request, dimensions: dimensions, limits: limits(of: request), workspace: workspace)
      )
    }
    return queries
  }

  private func limits(of request: MetricsRequest) -> MetricsStatement.Limits {
    MetricsStatement.Limits(
      traces: request.scanPrice.maximumRows(scanBudget),
      rollups: request.rollupPrice.maximumRows(scanBudget)
    )
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
    let buckets = request.interval.map { _ in MetricBuckets(request.window, bounds: results[0]) }
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
    let limits = limits(of: request)
    let limit = isScan ? limits.traces : limits.rollups
    guard let read = rows.int(0, MetricsStatement.Column.read), read > limit else { return }
    throw isScan ? Self.tooManyTraces(read, limit, request) : Self.tooManyRollups(limit, request)
  }

  /// The part of the window that the figures cover: hours outlive traces and minutes, and what lies before those that are kept
  /// is known by whole hours.
  private static func keptWindow(_ rows: SQLResult, _ request: MetricsRequest) throws(GraphQLError) -> TimeWindow {
    guard let microseconds = rows.int(0, MetricsStatement.Column.keptFrom) else { return request.window }
    let keptFrom = Instant(microseconds: microseconds)
    let window = TimeWindow(
      from: request.window.from.ceiled(toSeconds: 3600),
      to: request.window.to < keptFrom ? request.window.to.floored(toSeconds: 3600) : request.window.to
    )
    let isFine = rows.bool(0, MetricsStatement.Column.isFine) == true
    guard !isFine, window.from < window.to else {
      throw GraphQLError(
        "Invalid time range: traces and minutes before \(keptFrom.text) are no longer kept, and this takes them. "
          + "Begin then or later; hours and days by agent, model, provider and status go further back.",
        code: .invalidTimeRange
      )
    }
    return window
  }

  /// Says what would be cheaper.
  private static func tooManyTraces(_ read: Int64, _ limit: Int64, _ request: MetricsRequest) -> GraphQLError {
    let dimensions = request.dimensions.filter { !$0.isKnownToRollups }.map { "grouping by \($0.rawValue)" }
    let fields = request.filter.fields.filter { $0.rollup == nil }.map { "filtering by \($0.rawValue)" }.sorted()
    let reason = (dimensions + fields).first ?? "telling so many agents and models apart"
    let share = Double(limit) / Double(read)
    let minutes = max(1, Int64(Double(request.window.to.seconds - request.window.from.seconds) / 60 * share))
    let range = minutes >= 2880 ? "\(minutes / 1440) days" : minutes >= 120 ? "\(minutes / 60) h" : "\(minutes) min"
    let advice = request.scanPrice.advice(for: limit).map { ", \($0)" } ?? ""
    return GraphQLError(
      "\(reason.prefix(1).uppercased() + reason.dropFirst()) reads every trace of the range: \(read), more than \(limit) at "
        + "\(request.scanPrice.text(for: limit)) each. Take a range of about \(range)\(advice), or group and filter by agent, model, provider and status only, which rollups answer.",
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
