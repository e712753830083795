public import Database
public import JSON
public import Schema

/// `Query.activity`: what happened last in the workspace, whatever its age, and how much there is in all. One statement.
public struct ActivityResolver: RootFieldResolver {
  public init() {}

  /// The total is on every row; without activity there is one row that holds nothing else.
  private static let statement = SQLStatement(
    "activity",
    """
    SELECT total.total, item.trace_id, item.agent_id, item.status, \(SQLText.microseconds("item.\"timestamp\"")),
      item.latency_ms, item.model, trim_scale(item.cost_usd)
    FROM (
      SELECT COALESCE(sum(request_count), 0)::bigint AS total FROM traces_daily WHERE workspace_id = $1::uuid
    ) AS total
    LEFT JOIN LATERAL latest_traces($1::uuid, $2::integer) AS item ON true
    ORDER BY item."timestamp" DESC, item.trace_id DESC
    """
  )

  public func queries(_ call: FieldCall) throws(GraphQLError) -> [SQLQuery] {
    [SQLQuery(Self.statement, [call.workspaceParameter, .int(try call.integer("limit"))])]
  }

  public func body(_ results: [SQLResult], _ call: FieldCall, into writer: inout JSONWriter) throws(GraphQLError) {
    let rows = results[0]
    writer.beginObject()
    writer.key("items")
    writer.beginArray()
    for row in 0..<rows.rowCount where !rows.isNull(row, 1) { write(rows, row, call, into: &writer) }
    writer.endArray()
    writer.key("total")
    writer.raw(rows, 0, 0)
    writer.endObject()
  }

  private func write(_ rows: SQLResult, _ row: Int, _ call: FieldCall, into writer: inout JSONWriter) {
    let traceID = rows.string(row, 1) ?? ""
    writer.beginObject()
    writer.key("id")
    writer.string(ActivityID.make(workspace: call.workspaceID, action: ActivityID.traceIngested, traceID: traceID))
    writer.key("workspace_id")
    writer.string(call.workspaceID.text)
    writer.key("trace_id")
    writer.string(traceID)
    writer.key("agent_id")
    writer.string(rows, row, 2)
    writer.key("action")
    writer.string(ActivityID.traceIngested)
    writer.key("status")
    writer.string(rows, row, 3)
    writer.key("timestamp")
    writer.instant(rows, row, 4)
    writer.key("metadata")
    writer.beginObject()
    writer.key("latency_ms")
    writer.raw(rows, row, 5)
    writer.key("model")
    writer.string(rows, row, 6)
    writer.key("cost_usd")
    writer.decimal(rows, row, 7)
    writer.endObject()
    writer.endObject()
  }
}
