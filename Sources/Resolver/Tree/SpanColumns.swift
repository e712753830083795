import Database
import JSON

/// The columns of a span, and how a row of them is written (SPEC appendix A, "Span").
///
/// A span that never ended is written with its start as its end; one without a status of its own did not fail.
enum SpanColumns {
  /// - Parameter alias: of a relation with the columns of `spans`.
  static func select(_ alias: String) -> String {
    """
    \(alias).span_id, \(alias).parent_span_id, \(alias).name, \(alias).kind, \
    \(SQLText.microseconds("\(alias).start_time")), \
    \(SQLText.microseconds("COALESCE(\(alias).end_time, \(alias).start_time)")), \
    COALESCE(\(alias).latency_ms, LEAST(2147483647, GREATEST(0, \
    round(extract(epoch FROM \(alias).end_time - \(alias).start_time) * 1000)))::integer, 0), \
    CASE WHEN \(alias).status IN ('error', 'timeout') THEN \(alias).status ELSE 'success' END, \
    \(alias).model, \(alias).tokens_input, \(alias).tokens_output, trim_scale(\(alias).cost_usd), \(alias).attributes
    """
  }

  /// Writes the span as an object.
  /// - Parameter start: the first of the columns.
  static func write(_ rows: SQLResult, _ row: Int, at start: Int, into writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("span_id")
    writer.string(rows, row, start)
    writer.key("parent_span_id")
    writer.string(rows, row, start + 1)
    writer.key("name")
    writer.string(rows, row, start + 2)
    writer.key("kind")
    writer.string(rows, row, start + 3)
    writer.key("start")
    writer.instant(rows, row, start + 4)
    writer.key("end")
    writer.instant(rows, row, start + 5)
    writer.key("latency_ms")
    writer.raw(rows, row, start + 6)
    writer.key("status")
    writer.string(rows, row, start + 7)
    writer.key("model")
    writer.string(rows, row, start + 8)
    writer.key("tokens_input")
    writer.raw(rows, row, start + 9)
    writer.key("tokens_output")
    writer.raw(rows, row, start + 10)
    writer.key("cost_usd")
    writer.decimal(rows, row, start + 11)
    writer.key("attributes")
    writer.raw(rows, row, start + 12)
    writer.endObject()
  }
}
