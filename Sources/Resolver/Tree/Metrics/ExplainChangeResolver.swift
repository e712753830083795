public import Database
public import JSON
public import Schema

/// `Query.explainChange`: how much each group contributed to the change of a figure against the window just before. One
/// statement over the rollups.
///
/// A sum's change is the sum of its groups' changes. A ratio n/d is the sum over groups of nᵍ/d, so its change is the sum of
/// nᵍ/d − nᵍ'/d'.
public struct ExplainChangeResolver: RootFieldResolver {
  public init() {}

  private struct Request {
    let window: TimeWindow
    let figure: MetricFigure
    let definition: MetricDefinition
    let dimensions: [MetricDimension]
    let top: Int64

    init(_ call: FieldCall) throws(GraphQLError) {
      window = try call.timeRange().window(at: call.now)
      figure = call.optionalText("measure").flatMap(MetricFigure.init) ?? .totalCostUsd
      guard let definition = figure.definition else {
        throw GraphQLError(
          "A percentile's change has no parts; ask for avgLatencyMs, errorRate or another measure that adds up.",
          code: .badUserInput
        )
      }
      self.definition = definition
      let asked = try MetricsRequest.dimensions(call.arguments["groupBy"])
      dimensions = asked.isEmpty ? [.agent, .model] : asked
      guard dimensions.allSatisfy(\.isKnownToRollups) else {
        throw GraphQLError("Changes are explained by agent, model, provider and status only.", code: .badUserInput)
      }
      top = try call.integer("top")
    }
  }

  public func queries(_ call: FieldCall) throws(GraphQLError) -> [SQLQuery] {
    let request = try Request(call)
    let measures = request.definition.measures
    let keys = request.dimensions.indices.map { "k\($0)" }
    let list = keys.joined(separator: ", ")
    let sums = TiledSums(measures: measures, keys: request.dimensions.enumerated().map { $1.key(named: "k\($0)") })
    let windows = [request.window, request.window.previous]
    let parameters =
      [call.workspaceParameter] + windows.flatMap { WindowTiling($0).bounds.map(\.parameter) } + [.int(request.top)]
    let sides = [("now", 0), ("before", 1)].map { side, part in
      measures.map { measure in
        "COALESCE(sum(\(measure.rawValue)) FILTER (WHERE part = \(part)), 0) AS \(side)_\(measure.rawValue)"
      }.joined(separator: ", ")
    }.joined(separator: ", ")
    let parts = request.definition
    let text = """
      WITH tile AS (
      \(sums.select(part: 0, firstBound: 2))
      UNION ALL \(sums.select(part: 1, firstBound: 2 + sums.boundCount))
      ), cell AS (SELECT \(list), \(sides) FROM tile GROUP BY \(list)),
      whole AS (SELECT \(["now", "before"].flatMap { side in
        measures.map { "COALESCE(sum(\(side)_\($0.rawValue)), 0) AS \(side)_\($0.rawValue)" }
      }.joined(separator: ", ")) FROM cell),
      part AS (
        SELECT \(keys.map { "cell.\($0)" }.joined(separator: ", ")),
          \(parts.part(of: "cell", in: "whole", prefix: "now_")) - \(parts.part(of: "cell", in: "whole", prefix: "before_")) AS contribution,
          \(measures.flatMap { ["cell.now_\($0.rawValue)", "cell.before_\($0.rawValue)"] }.joined(separator: ", "))
        FROM cell, whole
      ),
      ranked AS (SELECT *, row_number() OVER (ORDER BY abs(contribution) DESC, \(list)) AS place FROM part),
      shown AS (
        SELECT LEAST(place, $\(parameters.count)::bigint + 1) AS place, \(keys.map { "min(\($0)) AS \($0)" }.joined(separator: ", ")),
          sum(contribution) AS contribution,
          \(measures.flatMap { measure in
            ["now", "before"].map { "sum(\($0)_\(measure.rawValue)) AS \($0)_\(measure.rawValue)" }
          }.joined(separator: ", "))
        FROM ranked GROUP BY 1
      )
      SELECT \(parts.valueIfAny("whole", prefix: "now_")), \(parts.valueIfAny("whole", prefix: "before_")),
        trim_scale(round(\(parts.part(of: "whole", in: "whole", prefix: "now_")) - \(parts.part(of: "whole", in: "whole", prefix: "before_")), 12)),
        shown.place, \(parts.valueIfAny("shown", prefix: "now_")), \(parts.valueIfAny("shown", prefix: "before_")),
        trim_scale(round(shown.contribution, 12)), \(keys.map { "shown.\($0)" }.joined(separator: ", "))
      FROM whole LEFT JOIN shown ON true ORDER BY shown.place
      """
    return [SQLQuery(SQLStatement(family: "explain_change", text), parameters)]
  }

  public func body(_ results: [SQLResult], _ call: FieldCall, into writer: inout JSONWriter) throws(GraphQLError) {
    let request = try Request(call)
    let rows = results[0]
    writer.beginObject()
    writer.key("as_of")
    writer.instant(call.now)
    writer.key("window")
    writer.window(request.window)
    writer.key("previous_window")
    writer.window(request.window.previous)
    writer.key("measure")
    writer.string(request.figure.rawValue)
    writer.key("value")
    writer.decimal(rows, 0, 0)
    writer.key("previous_value")
    writer.decimal(rows, 0, 1)
    writer.key("change")
    writer.decimal(rows, 0, 2)
    writer.key("items")
    writer.beginArray()
    for row in 0..<rows.rowCount where !rows.isNull(row, 3) { Self.write(rows, row, request, into: &writer) }
    writer.endArray()
    writer.endObject()
  }

  private static func write(_ rows: SQLResult, _ row: Int, _ request: Request, into writer: inout JSONWriter) {
    let isOther = (rows.int(row, 3) ?? 0) > request.top
    writer.beginObject()
    writer.key("keys")
    writer.beginArray()
    for (index, dimension) in request.dimensions.enumerated() where !isOther {
      writer.beginObject()
      writer.key("dimension")
      writer.string(dimension.rawValue)
      writer.key("value")
      if rows.string(row, 7 + index)?.isEmpty == true { writer.null() } else { writer.string(rows, row, 7 + index) }
      writer.endObject()
    }
    writer.endArray()
    writer.key("is_other")
    writer.bool(isOther)
    writer.key("value")
    writer.decimal(rows, row, 4)
    writer.key("previous_value")
    writer.decimal(rows, row, 5)
    writer.key("contribution")
    writer.decimal(rows, row, 6)
    writer.endObject()
  }
}
