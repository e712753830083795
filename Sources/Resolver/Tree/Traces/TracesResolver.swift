public import Database
public import JSON
public import Schema

/// `Query.traces`: a page of the traces that started in a window, newest first, and how many there are. One statement.
public struct TracesResolver: RootFieldResolver {
  public init() {}

  /// Parameters: workspace, the window's bounds, agent, status, limit, offset.
  ///
  /// The total comes from the tiled rollups, which know agent and status. It is on every row; an empty page is one row
  /// that holds nothing else. The outer LIMIT ends the scan with the last match, and before it starts when
  /// the page lies beyond: counting is what rollups are for. The inner one lets the planner see how little is wanted.
  private static let statement: SQLStatement = {
    let bounds = TiledSums(measures: [.requests]).boundCount
    let (agent, status, limit, offset) = (bounds + 2, bounds + 3, bounds + 4, bounds + 5)
    let conditions =
      " AND ($\(agent)::text IS NULL OR agent_id = $\(agent)::text)"
      + " AND ($\(status)::text IS NULL OR status = $\(status)::text)"
    let sums = TiledSums(measures: [.requests], conditions: conditions)
    return SQLStatement(
      "traces",
      """
      WITH tile AS (
      \(sums.select(part: 0, firstBound: 2))
      )
      SELECT total.total, \(TraceColumns.select("item"))
      FROM (SELECT COALESCE(sum(requests), 0)::bigint AS total FROM tile) AS total
      LEFT JOIN LATERAL (
        SELECT * FROM (
          SELECT * FROM traces
          WHERE workspace_id = $1::uuid
            AND "timestamp" >= $2::timestamptz AND "timestamp" < $\(bounds + 1)::timestamptz\(conditions)
          ORDER BY "timestamp" DESC, trace_id DESC LIMIT $\(limit)::bigint OFFSET $\(offset)::bigint
        ) AS page LIMIT GREATEST(total.total - $\(offset)::bigint, 0)
      ) AS item ON true
      ORDER BY item."timestamp" DESC, item.trace_id DESC
      """
    )
  }()

  public func queries(_ call: FieldCall) throws(GraphQLError) -> [SQLQuery] {
    let agent = call.optionalText("agentId")
    guard agent?.isStorable ?? true else { return [] }
    let window = try call.timeRange().window(at: call.now)
    let limit = try call.integer("limit")
    let parameters: [SQLParameter] =
      [call.workspaceParameter] + WindowTiling(window).bounds.map(\.parameter) + [
        agent.map { .text($0) } ?? .null,
        call.optionalText("status").map { .text($0) } ?? .null,
        .int(limit),
        .int((try call.integer("page") - 1) * limit),
      ]
    return [SQLQuery(Self.statement, parameters)]
  }

  public func body(_ results: [SQLResult], _ call: FieldCall, into writer: inout JSONWriter) throws(GraphQLError) {
    let limit = try call.integer("limit")
    // No statement was run for an agent that cannot exist.
    let total = results.first?.int(0, 0) ?? 0
    writer.beginObject()
    writer.key("items")
    writer.beginArray()
    if let rows = results.first { write(rows, call, into: &writer) }
    writer.endArray()
    writer.key("total")
    writer.int(total)
    writer.key("page")
    writer.int(try call.integer("page"))
    writer.key("limit")
    writer.int(limit)
    writer.key("pages")
    writer.int((total + limit - 1) / limit)
    writer.endObject()
  }

  private func write(_ rows: SQLResult, _ call: FieldCall, into writer: inout JSONWriter) {
    for row in 0..<rows.rowCount where !rows.isNull(row, 1) {
      writer.beginObject()
      TraceColumns.write(rows, row, at: 1, call.workspaceID, into: &writer)
      writer.endObject()
    }
  }
}
