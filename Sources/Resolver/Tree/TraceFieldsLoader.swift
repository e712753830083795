public import Database
public import JSON
public import Schema

/// Fields of `Trace` that lists do not hold: input, output, error, metadata, user, session, spans.
///
/// Reads them for all traces of a level with at most two statements, one for columns and one for spans, and only from the
/// tables that hold what is selected. A trace that is gone by now has none of them: null, `{}` and `[]`.
public struct TraceFieldsLoader: NestedFieldResolver {
  public init() {}

  public func queries(
    parents: [JSONValue],
    properties: Set<String>,
    call: FieldCall
  ) throws(GraphQLError) -> [SQLQuery] {
    let traces = parents.compactMap { TraceReference($0) }
    guard let first = traces.map(\.started).min(), let last = traces.map(\.started).max() else { return [] }
    let parameters: [SQLParameter] = [
      call.workspaceParameter,
      .textArray(traces.map(\.traceID)),
      .textArray(traces.map(\.started.text)),
      first.parameter,
      last.parameter,
    ]
    return TraceFieldStatement.needed(for: properties).map { SQLQuery($0.statement, parameters) }
  }

  public func bodies(
    _ results: [SQLResult],
    parents: [JSONValue],
    properties: Set<String>,
    call: FieldCall,
    into writer: inout JSONWriter
  ) throws(GraphQLError) {
    let statements = TraceFieldStatement.needed(for: properties)
    let rows = results.map { Self.rowsByPosition($0) }
    // Positions count the parents that were asked for, from 1.
    var position: Int64 = 0
    writer.beginArray()
    for parent in parents {
      let isKnown = TraceReference(parent) != nil
      if isKnown { position += 1 }
      writer.beginObject()
      for (index, statement) in statements.enumerated() {
        let found = isKnown && index < rows.count ? rows[index][position] ?? 0..<0 : 0..<0
        statement.write(found.isEmpty ? nil : results[index], found, into: &writer)
      }
      writer.endObject()
    }
    writer.endArray()
  }

  /// Rows come ordered by the position in their first column.
  private static func rowsByPosition(_ result: SQLResult) -> [Int64: Range<Int>] {
    var ranges: [Int64: Range<Int>] = [:]
    for row in 0..<result.rowCount {
      guard let position = result.int(row, 0) else { continue }
      ranges[position] = (ranges[position]?.lowerBound ?? row)..<row + 1
    }
    return ranges
  }
}

/// Where a trace of a list is to be found. Nil for a body, of somebody else's making, that does not say it.
private struct TraceReference {
  let traceID: String
  let started: Instant

  init?(_ body: JSONValue) {
    guard let traceID = body["trace_id"]?.string, traceID.isStorable,
      let timestamp = body["timestamp"]?.string, let started = try? Instant(parsing: timestamp)
    else { return nil }
    self.traceID = traceID
    self.started = started
  }
}

/// One statement of the loader and how its rows are written.
///
/// Parameters: workspace, trace ids, their timestamps, the first and the last of those, which prune partitions.
private struct TraceFieldStatement {
  let statement: SQLStatement
  /// Writes the members of one trace out of its rows; `rows` is nil when there are none.
  let write: @Sendable (_ rows: SQLResult?, _ range: Range<Int>, _ writer: inout JSONWriter) -> Void

  func write(_ rows: SQLResult?, _ range: Range<Int>, into writer: inout JSONWriter) {
    write(rows, range, &writer)
  }

  static func needed(for properties: Set<String>) -> [TraceFieldStatement] {
    var statements: [TraceFieldStatement] = []
    let needsTraces = !properties.isDisjoint(with: ["error", "metadata", "user_id", "session_id"])
    let needsIO = !properties.isDisjoint(with: ["input", "output"])
    switch (needsTraces, needsIO) {
    case (true, true): statements.append(all)
    case (true, false): statements.append(ofTraces)
    case (false, true): statements.append(ofIO)
    case (false, false): break
    }
    if properties.contains("spans") { statements.append(ofSpans) }
    return statements
  }

  private static let traceColumns = "t.error, t.metadata, t.user_id, t.session_id"
  private static let ioColumns = "io.input, io.output"

  private static let all = TraceFieldStatement(
    statement: SQLStatement(
      "trace_fields",
      "SELECT wanted.position, \(traceColumns), \(ioColumns)\(wanted)\(join("traces", "t"))\(join("trace_io", "io", "LEFT "))"
        + "ORDER BY wanted.position"
    ),
    write: { rows, range, writer in
      writeTrace(rows, range.lowerBound, at: 1, into: &writer)
      writeIO(rows, range.lowerBound, at: 5, into: &writer)
    }
  )

  private static let ofTraces = TraceFieldStatement(
    statement: SQLStatement(
      "trace_fields_of_traces",
      "SELECT wanted.position, \(traceColumns)\(wanted)\(join("traces", "t"))ORDER BY wanted.position"
    ),
    write: { rows, range, writer in writeTrace(rows, range.lowerBound, at: 1, into: &writer) }
  )

  private static let ofIO = TraceFieldStatement(
    statement: SQLStatement(
      "trace_fields_of_io",
      "SELECT wanted.position, \(ioColumns)\(wanted)\(join("trace_io", "io"))ORDER BY wanted.position"
    ),
    write: { rows, range, writer in writeIO(rows, range.lowerBound, at: 1, into: &writer) }
  )

  private static let ofSpans = TraceFieldStatement(
    statement: SQLStatement(
      "trace_fields_of_spans",
      "SELECT wanted.position, \(SpanColumns.select("s"))\(wanted)\(join("spans", "s"))"
        + "ORDER BY wanted.position, s.start_time, s.span_id"
    ),
    write: { rows, range, writer in
      writer.key("spans")
      writer.beginArray()
      if let rows {
        for row in range { SpanColumns.write(rows, row, at: 1, into: &writer) }
      }
      writer.endArray()
    }
  )

  private static let wanted = """

    FROM unnest($2::text[], $3::text[]::timestamptz[]) WITH ORDINALITY AS wanted (trace_id, started, position)

    """

  private static func join(_ table: String, _ alias: String, _ kind: String = "") -> String {
    """
    \(kind)JOIN \(table) AS \(alias) ON \(alias).workspace_id = $1::uuid
      AND \(alias)."timestamp" = wanted.started AND \(alias).trace_id = wanted.trace_id
      AND \(alias)."timestamp" BETWEEN $4::timestamptz AND $5::timestamptz

    """
  }

  private static func writeTrace(_ rows: SQLResult?, _ row: Int, at start: Int, into writer: inout JSONWriter) {
    writer.key("error")
    text(rows, row, start, into: &writer)
    writer.key("metadata")
    if let rows { writer.raw(rows, row, start + 1) } else { writer.raw("{}".utf8) }
    writer.key("user_id")
    text(rows, row, start + 2, into: &writer)
    writer.key("session_id")
    text(rows, row, start + 3, into: &writer)
  }

  private static func writeIO(_ rows: SQLResult?, _ row: Int, at start: Int, into writer: inout JSONWriter) {
    writer.key("input")
    text(rows, row, start, into: &writer)
    writer.key("output")
    text(rows, row, start + 1, into: &writer)
  }

  private static func text(_ rows: SQLResult?, _ row: Int, _ column: Int, into writer: inout JSONWriter) {
    if let rows { writer.string(rows, row, column) } else { writer.null() }
  }
}
