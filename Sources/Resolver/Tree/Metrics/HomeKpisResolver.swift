public import Database
public import JSON
public import Schema

/// `Query.homeKpis`: the KPI set of a window, each against the window just before. One statement.
public struct HomeKpisResolver: RootFieldResolver {
  public init() {}

  private static let metrics = MetricDefinition.kpis
  private static let levels = RollupLevel.totals

  private static let statement: SQLStatement = {
    let measures = Measure.allCases.filter { measure in metrics.contains { $0.measures.contains(measure) } }
    let sums = TiledSums(measures: measures, levels: levels)
    let totals = measures.map { "COALESCE(sum(\($0.rawValue)), 0) AS \($0.rawValue)" }.joined(separator: ", ")
    let figures = metrics.map { "\($0.value("now")), \($0.change("now", against: "before"))" }
    return SQLStatement(
      "home_kpis",
      """
      WITH tile AS (
      \(sums.select(part: 0, firstBound: 2))
      UNION ALL \(sums.select(part: 1, firstBound: 2 + sums.boundCount))
      ), total AS (SELECT part, \(totals) FROM (VALUES (0), (1)) AS side (part) LEFT JOIN tile USING (part) GROUP BY part)
      SELECT \(figures.joined(separator: ",\n  ")),
        \(SQLText.keptFrom)
      FROM total AS now, total AS before WHERE now.part = 0 AND before.part = 1
      """
    )
  }()

  public func queries(_ call: FieldCall) throws(GraphQLError) -> [SQLQuery] {
    let window = try call.timeRange().window(at: call.now)
    let windows = [window, window.previous]
    let bounds = windows.flatMap { WindowTiling($0, levels: Self.levels).bounds }
    return [SQLQuery(Self.statement, [call.workspaceParameter] + bounds.map(\.parameter))]
  }

  public func body(_ results: [SQLResult], _ call: FieldCall, into writer: inout JSONWriter) throws(GraphQLError) {
    let range = try call.timeRange()
    let asked = range.window(at: call.now)
    let keptFrom = results[0].instant(0, 2 * Self.metrics.count)
    let window = try asked.figures(keptFrom: keptFrom)
    let previous = asked.previous.known(keptFrom: keptFrom) ?? TimeWindow(from: asked.from, to: asked.from)
    writer.beginObject()
    for (index, metric) in Self.metrics.enumerated() {
      writer.key(metric.key)
      writer.beginObject()
      writer.key("value")
      writer.decimal(results[0], 0, 2 * index)
      writer.key("change")
      writer.decimal(results[0], 0, 2 * index + 1)
      writer.key("change_label")
      writer.string(range.changeLabel)
      writer.key("trend")
      writer.string(metric.trend.rawValue)
      writer.endObject()
    }
    writer.key("as_of")
    writer.instant(call.now)
    writer.key("window")
    writer.window(window)
    writer.key("previous_window")
    writer.window(previous)
    writer.endObject()
  }
}
