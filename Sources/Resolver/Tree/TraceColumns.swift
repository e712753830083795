import Database
import JSON

/// The columns of a trace in lists, and how a row of them is written (SPEC appendix A, "Trace").
enum TraceColumns {
  static let count = 13

  // Positions of columns that others read as well.
  static let traceID = 0
  static let timestamp = 2
  static let latency = 3
  static let cost = 10

  /// - Parameter alias: of a relation with the columns of `traces`.
  static func select(_ alias: String) -> String {
    """
    \(alias).trace_id, \(alias).agent_id, \(SQLText.microseconds("\(alias).\"timestamp\"")), \(alias).latency_ms, \
    \(alias).status, \(alias).model, \(alias).model_provider, \(alias).tokens_input, \(alias).tokens_output, \
    \(alias).tokens_total, trim_scale(\(alias).cost_usd), trim_scale(\(alias).quality_score), \
    array_to_json(\(alias).tags)
    """
  }

  /// Writes the members; the caller opens and closes the object.
  /// - Parameter start: the first of the ``count`` columns.
  static func write(
    _ rows: SQLResult,
    _ row: Int,
    at start: Int,
    _ workspace: WorkspaceID,
    into writer: inout JSONWriter
  ) {
    writer.key("trace_id")
    writer.string(rows, row, start)
    writer.key("workspace_id")
    writer.string(workspace.text)
    writer.key("agent_id")
    writer.string(rows, row, start + 1)
    writer.key("timestamp")
    writer.instant(rows, row, start + 2)
    writer.key("latency_ms")
    writer.raw(rows, row, start + 3)
    writer.key("status")
    writer.string(rows, row, start + 4)
    writer.key("model")
    writer.string(rows, row, start + 5)
    writer.key("model_provider")
    writer.string(rows, row, start + 6)
    writer.key("tokens_input")
    writer.raw(rows, row, start + 7)
    writer.key("tokens_output")
    writer.raw(rows, row, start + 8)
    writer.key("tokens_total")
    writer.raw(rows, row, start + 9)
    writer.key("cost_usd")
    writer.decimal(rows, row, start + 10)
    writer.key("quality_score")
    writer.decimal(rows, row, start + 11)
    writer.key("tags")
    writer.raw(rows, row, start + 12)
  }
}
