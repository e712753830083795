public import Database
public import JSON
public import Schema

/// `Query.trace`: one trace with its input, output and spans; null when the workspace has no such trace.
///
/// Two statements, each in time that does not grow with the number of traces.
public struct TraceResolver: RootFieldResolver {
  public init() {}

  private static let trace = SQLStatement(
    "trace",
    """
    SELECT \(TraceColumns.select("t")), io.input, io.output, t.error, t.metadata, t.user_id, t.session_id
    FROM trace_by_id($1::uuid, $2::text) AS t LEFT JOIN trace_io_by_id($1::uuid, $2::text) AS io ON true
    """
  )

  private static let spans = SQLStatement(
    "trace_spans",
    """
    SELECT \(SpanColumns.select("s")) FROM trace_spans_by_id($1::uuid, $2::text) AS s ORDER BY s.start_time, s.span_id
    """
  )

  public func queries(_ call: FieldCall) throws(GraphQLError) -> [SQLQuery] {
    let traceID = try call.text("traceId")
    guard traceID.isStorable else { return [] }
    let parameters: [SQLParameter] = [call.workspaceParameter, .text(traceID)]
    return [SQLQuery(Self.trace, parameters), SQLQuery(Self.spans, parameters)]
  }

  public func body(_ results: [SQLResult], _ call: FieldCall, into writer: inout JSONWriter) throws(GraphQLError) {
    guard results.count == 2, results[0].rowCount > 0 else { return writer.null() }
    let (trace, spans) = (results[0], results[1])
    let next = TraceColumns.count
    writer.beginObject()
    TraceColumns.write(trace, 0, at: 0, call.workspaceID, into: &writer)
    writer.key("input")
    writer.string(trace, 0, next)
    writer.key("output")
    writer.string(trace, 0, next + 1)
    writer.key("error")
    writer.string(trace, 0, next + 2)
    writer.key("metadata")
    writer.raw(trace, 0, next + 3)
    writer.key("user_id")
    writer.string(trace, 0, next + 4)
    writer.key("session_id")
    writer.string(trace, 0, next + 5)
    writer.key("spans")
    writer.beginArray()
    for row in 0..<spans.rowCount { SpanColumns.write(spans, row, at: 0, into: &writer) }
    writer.endArray()
    writer.endObject()
  }
}
