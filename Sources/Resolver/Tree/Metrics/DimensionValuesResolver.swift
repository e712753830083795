public import Database
public import JSON
public import Schema

/// `Query.agents`, `Query.models`, `Query.tags`: the values of a dimension with how many traces have them, for filters to
/// offer. One statement.
public struct DimensionValuesResolver: RootFieldResolver {
  private let dimension: MetricDimension
  /// How many traces may be read where rollups do not know the dimension.
  private let scanLimit: Int64
  private let price: ScanPrice

  init(_ dimension: MetricDimension, scanBudget: Duration = .seconds(2)) {
    self.dimension = dimension
    price = .figures(.none, [dimension], [.requests])
    scanLimit = price.maximumTraces(scanBudget)
  }

  public func queries(_ call: FieldCall) throws(GraphQLError) -> [SQLQuery] {
    let window = try call.timeRange().window(at: call.now)
    let levels = dimension.isKnownToRollups ? RollupLevel.telling([dimension]) : []
    var parameters = SQLParameters()
    _ = parameters.append(call.workspaceParameter)
    var sums = TiledSums(
      measures: [.requests],
      keys: [dimension.key(named: "value")],
      levels: levels,
      join: dimension.join
    )
    var counted = "NULL::bigint"
    if levels.isEmpty {
      let first = parameters.next
      let total = TiledSums(measures: [.requests], levels: RollupLevel.totals, isOfKeptTraces: true)
      for bound in WindowTiling(window, levels: total.levels).bounds { _ = parameters.append(bound.parameter) }
      let tiles = total.select(part: 0, firstBound: first)
      counted = "(SELECT COALESCE(sum(requests), 0)::bigint FROM (\(tiles)) AS counted)"
      sums.condition = "(SELECT scanned <= \(parameters.append(.int(scanLimit)))::bigint FROM settings)"
    }
    let first = parameters.next
    for bound in WindowTiling(window, levels: levels).bounds { _ = parameters.append(bound.parameter) }
    let contained = call.optionalText("contains").map {
      $0.isStorable ? " WHERE position(\(parameters.append(.text($0)))::text IN value) > 0" : " WHERE false"
    }
    let limit = parameters.append(.int(try call.integer("limit")))
    let text = """
      WITH settings AS MATERIALIZED (SELECT \(counted) AS scanned), tile AS (
      \(sums.select(part: 0, firstBound: first))
      ), value AS (
        SELECT value, sum(requests)::bigint AS requests, count(*) OVER () AS total
        FROM tile\(contained ?? "") GROUP BY value
      )
      SELECT settings.scanned, item.value, item.requests, item.total
      FROM settings LEFT JOIN LATERAL (
        SELECT * FROM value ORDER BY requests DESC, value LIMIT \(limit)::bigint
      ) AS item ON true
      ORDER BY item.requests DESC, item.value
      """
    return [SQLQuery(SQLStatement(family: "dimension_values", text), parameters.values)]
  }

  public func body(_ results: [SQLResult], _ call: FieldCall, into writer: inout JSONWriter) throws(GraphQLError) {
    let rows = results[0]
    if let scanned = rows.int(0, 0), scanned > scanLimit {
      throw GraphQLError(
        "Listing every \(dimension.rawValue) reads every trace of the range: \(scanned), more than \(scanLimit) at "
          + "\(price.text) each. Take a shorter range.",
        code: .costLimitExceeded
      )
    }
    writer.beginObject()
    writer.key("items")
    writer.beginArray()
    for row in 0..<rows.rowCount where !rows.isNull(row, 1) {
      writer.beginObject()
      writer.key("value")
      if rows.string(row, 1)?.isEmpty == true { writer.null() } else { writer.string(rows, row, 1) }
      writer.key("requests")
      writer.raw(rows, row, 2)
      writer.endObject()
    }
    writer.endArray()
    writer.key("total")
    writer.int(rows.int(0, 3) ?? 0)
    writer.endObject()
  }
}
