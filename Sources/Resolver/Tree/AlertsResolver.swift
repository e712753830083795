public import Database
public import JSON
public import Schema

/// `Query.alerts`: the newest alerts of the workspace and how many there are. One statement.
public struct AlertsResolver: RootFieldResolver {
  public init() {}

  /// Two texts, so that each is planned for the index that fits it.
  private static let ofAll = statement("alerts", condition: "")
  private static let ofSeverity = statement("alerts_of_severity", condition: " AND severity = $3::text")

  /// The total is on every row; without alerts there is one row that holds nothing else.
  private static func statement(_ name: String, condition: String) -> SQLStatement {
    SQLStatement(
      name,
      """
      SELECT total.total, \(AlertColumns.select("item"))
      FROM (SELECT count(*) AS total FROM alerts WHERE workspace_id = $1::uuid\(condition)) AS total
      LEFT JOIN LATERAL (
        SELECT * FROM alerts WHERE workspace_id = $1::uuid\(condition)
        ORDER BY created_at DESC, id LIMIT $2::bigint
      ) AS item ON true
      ORDER BY item.created_at DESC, item.id
      """
    )
  }

  public func queries(_ call: FieldCall) throws(GraphQLError) -> [SQLQuery] {
    let parameters: [SQLParameter] = [call.workspaceParameter, .int(try call.integer("limit"))]
    guard let severity = call.optionalText("severity") else { return [SQLQuery(Self.ofAll, parameters)] }
    return [SQLQuery(Self.ofSeverity, parameters + [.text(severity)])]
  }

  public func body(_ results: [SQLResult], _ call: FieldCall, into writer: inout JSONWriter) throws(GraphQLError) {
    let rows = results[0]
    writer.beginObject()
    writer.key("items")
    writer.beginArray()
    for row in 0..<rows.rowCount where !rows.isNull(row, 1) {
      AlertColumns.write(rows, row, at: 1, call.workspaceID, into: &writer)
    }
    writer.endArray()
    writer.key("total")
    writer.raw(rows, 0, 0)
    writer.key("as_of")
    writer.instant(call.now)
    writer.endObject()
  }
}
