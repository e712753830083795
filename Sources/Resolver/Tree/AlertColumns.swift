import Database
import JSON

/// The columns of an alert, and how a row of them is written: SPEC appendix A's members, then what only GraphQL offers.
enum AlertColumns {
  /// - Parameter alias: of a relation with the columns of `alerts`.
  static func select(_ alias: String) -> String {
    """
    \(alias).id, \(alias).title, \(alias).description, \(alias).severity, trim_scale(\(alias).metric_value), \
    \(SQLText.microseconds("\(alias).created_at")), \(SQLText.microseconds("\(alias).acknowledged_at"))
    """
  }

  /// Writes the object.
  /// - Parameter start: the first of the columns.
  static func write(
    _ rows: SQLResult,
    _ row: Int,
    at start: Int,
    _ workspace: WorkspaceID,
    into writer: inout JSONWriter
  ) {
    writer.beginObject()
    writer.key("id")
    writer.string(rows, row, start)
    writer.key("workspace_id")
    writer.string(workspace.text)
    writer.key("title")
    writer.string(rows, row, start + 1)
    writer.key("description")
    writer.string(rows, row, start + 2)
    writer.key("severity")
    writer.string(rows, row, start + 3)
    writer.key("metric_value")
    writer.decimal(rows, row, start + 4)
    writer.key("created_at")
    writer.instant(rows, row, start + 5)
    writer.key("acknowledged_at")
    writer.instant(rows, row, start + 6)
    writer.endObject()
  }
}
