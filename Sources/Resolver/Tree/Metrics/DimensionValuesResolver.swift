public import Database
public import JSON
public import Schema

/// `Query.agents`, `Query.models`, `Query.tags`: the values of a dimension with how many traces have them, for filters to
/// offer. One statement.
public struct DimensionValuesResolver: RootFieldResolver {
  private let dimension: MetricDimension
  private let price: ScanPrice
  /// How many rows of rollups may be read, or of traces where rollups do not know the dimension.
  private let limit: Int64
  private let trialLimit: Int64

  init(_ dimension: MetricDimension, scanBudget: Duration = .seconds(2)) {
    self.dimension = dimension
    price =
      dimension.isKnownToRollups
      ? .rollups(.none, [dimension], [.requests], cells: 0) : .figures(.none, [dimension], [.requests], cells: 0)
    limit = price.maximumRows(scanBudget)
    trialLimit = price.maximumRows(ScanPrice.trial(of: scanBudget))
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
    let bounds = WindowTiling(window, levels: levels).bounds.map(\.parameter)
    let first = parameters.append(contentsOf: bounds)
    let maximum = parameters.append(bound: limit, trial: trialLimit) + "::bigint"
    var read = sums.countRead(firstBound: first, limit: maximum)
    if levels.isEmpty {
      let total = TiledSums(measures: [.requests], levels: RollupLevel.totals, isOfKeptTraces: true)
      let first = parameters.append(contentsOf: WindowTiling(window, levels: total.levels).bounds.map(\.parameter))
      read = total.sumOfRequests(firstBound: first)
    }
    sums.condition = "(SELECT read <= \(maximum) FROM settings)"
    let contained = call.optionalText("contains").map {
      $0.isStorable ? " WHERE position(\(parameters.append(.text($0)))::text IN value) > 0" : " WHERE false"
    }
    let wanted = parameters.append(.int(try call.integer("limit")))
    let text = """
      WITH settings AS MATERIALIZED (SELECT \(read) AS read), tile AS (
      \(sums.select(part: 0, firstBound: first))
      ), value AS (
        SELECT value, sum(requests)::bigint AS requests, count(*) OVER () AS total
        FROM tile\(contained ?? "") GROUP BY value
      )
      SELECT settings.read, item.value, item.requests, item.total
      FROM settings LEFT JOIN LATERAL (
        SELECT * FROM value ORDER BY requests DESC, value LIMIT \(wanted)::bigint
      ) AS item ON true
      ORDER BY item.requests DESC, item.value
      """
    let statement = SQLStatement(family: "dimension_values", text)
    return [SQLQuery(statement, parameters.values, trial: parameters.trial(maximum: trialLimit, bound: limit))]
  }

  public func body(_ results: [SQLResult], _ call: FieldCall, into writer: inout JSONWriter) throws(GraphQLError) {
    let rows = results[0]
    if let read = rows.int(0, 0), read > limit {
      guard !dimension.isKnownToRollups else { throw price.refusal(by: [dimension], limit) }
      throw GraphQLError(
        "Listing every \(dimension.rawValue) reads every trace of the range: \(read), more than \(limit) at "
          + "\(price.text(for: limit)) each. Take a range of about \(try call.timeRange().window(at: call.now).part(limit, of: read)).",
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
