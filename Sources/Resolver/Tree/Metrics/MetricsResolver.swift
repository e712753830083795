public import Database
public import JSON
public import Schema

/// `Query.metrics`: figures of a window, by buckets of time and by groups. At most three statements in one round trip.
public struct MetricsResolver: RootFieldResolver {
  /// What may be spent on one answer when rollups do not know what is asked.
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
    let scanLimit = request.scanPrice.maximumTraces(scanBudget)
    for dimensions in Self.groupings(of: request) {
      queries.append(
        MetricsStatement.figures(request, dimensions: dimensions, scanLimit: scanLimit, workspace: workspace)
      )
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
    let buckets = request.interval.map { _ in MetricBuckets(request.window, bounds: results[0]) }
    let totals = figures[figures.count - 1]
    let totalKeys = figures.count == 1 ? request.dimensions.count : 0
    writer.beginObject()
    writer.key("as_of")
    writer.instant(call.now)
    writer.key("window")
    writer.window(request.window)
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
    guard rows.bool(0, MetricsStatement.Column.isScan) == true,
      let scanned = rows.int(0, MetricsStatement.Column.scanned)
    else { return }
    let limit = request.scanPrice.maximumTraces(scanBudget)
    if scanned > limit { throw Self.tooMuch(scanned, limit, request) }
  }

  /// Says what would be cheaper.
  private static func tooMuch(_ scanned: Int64, _ limit: Int64, _ request: MetricsRequest) -> GraphQLError {
    let dimensions = request.dimensions.filter { !$0.isKnownToRollups }.map { "grouping by \($0.rawValue)" }
    let fields = request.filter.fields.filter { $0.rollup == nil }.map { "filtering by \($0.rawValue)" }.sorted()
    let reason = (dimensions + fields).first ?? "telling so many agents and models apart"
    let hours = max(1, (request.window.to.seconds - request.window.from.seconds) / 3600 * limit / scanned)
    let range = hours >= 48 ? "\(hours / 24) days" : "\(hours) h"
    let advice = request.scanPrice.advice.map { ", \($0)" } ?? ""
    return GraphQLError(
      "\(reason.prefix(1).uppercased() + reason.dropFirst()) reads every trace of the range: \(scanned), more than \(limit) at "
        + "\(request.scanPrice.text) each. Take a range of about \(range)\(advice), or group and filter by agent, model, provider and status only, which rollups answer.",
      code: .costLimitExceeded
    )
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
