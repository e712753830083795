public import Database
public import JSON
public import Schema

/// `Query.traces`: a page of the traces that started in a window, and how many there are. One statement.
public struct TracesResolver: RootFieldResolver {
  /// What may be spent on one page where every trace of the range has to be looked at.
  private let scanBudget: Duration

  public init(scanBudget: Duration = .seconds(2)) {
    self.scanBudget = scanBudget
  }

  public func queries(_ call: FieldCall) throws(GraphQLError) -> [SQLQuery] {
    let request = try TracesRequest(call)
    let limits = TracesStatement.Limits(request, scanBudget)
    return [TracesStatement.query(request, limits: limits, workspace: call.workspaceParameter)]
  }

  public func body(_ results: [SQLResult], _ call: FieldCall, into writer: inout JSONWriter) throws(GraphQLError) {
    let request = try TracesRequest(call)
    let rows = results[0]
    let limit = TracesStatement.Limits(request, scanBudget).traces
    if let scanned = rows.int(0, 0), scanned > limit { throw Self.tooMuch(scanned, limit, request) }
    let total = rows.int(0, 1) ?? 0
    let found = rows.isNull(0, Self.firstColumn) ? 0 : rows.rowCount
    let shown = min(found, Int(request.limit))
    let cursors = (0..<shown).map { Self.cursor(rows, $0, request.order) }
    writer.beginObject()
    writer.key("items")
    writer.beginArray()
    for row in 0..<shown {
      writer.beginObject()
      TraceColumns.write(rows, row, at: Self.firstColumn, call.workspaceID, into: &writer)
      writer.key("cursor")
      writer.string(cursors[row])
      writer.endObject()
    }
    writer.endArray()
    writer.key("total")
    writer.int(total)
    writer.key("page")
    writer.int(request.page)
    writer.key("limit")
    writer.int(request.limit)
    writer.key("pages")
    writer.int((total + request.limit - 1) / request.limit)
    writer.key("page_info")
    Self.writePageInfo(cursors, request, hasNext: found > shown, into: &writer)
    writer.endObject()
  }

  /// The columns of traces follow what was scanned and the total.
  private static let firstColumn = 2

  private static func tooMuch(_ scanned: Int64, _ limit: Int64, _ request: TracesRequest) -> GraphQLError {
    let field = request.filter.fields.filter { $0.rollup == nil }.map(\.rawValue).min()
    let advice = request.scanPrice.advice(for: limit).map { ", \($0)" } ?? ""
    let byRollups = "\(advice), or sort by time and filter by agentId, model, modelProvider and status only"
    let (reason, remedy) =
      if let field {
        ("Filtering by \(field)", byRollups)
      } else if request.order.field != .time {
        ("Sorting by \(request.order.field.rawValue)", byRollups)
      } else if request.scan == .all {
        ("A condition of so many tests", byRollups)
      } else if request.isDeep {
        ("Page \(request.page)", ", or go on from a cursor with after")
      } else {
        ("Telling so many agents and models apart", ", or filter by status only")
      }
    let what = request.scan == .untilPage ? "passes over the traces before it" : "looks at every trace of the range"
    return GraphQLError(
      "\(reason) \(what): \(scanned), more than \(limit) at "
        + "\(request.scanPrice.text(for: limit)) each. Take a range of about \(request.window.part(limit, of: scanned))\(remedy).",
      code: .costLimitExceeded
    )
  }

  private static func writePageInfo(
    _ cursors: [String],
    _ request: TracesRequest,
    hasNext: Bool,
    into writer: inout JSONWriter
  ) {
    writer.beginObject()
    writer.key("has_next_page")
    writer.bool(hasNext)
    writer.key("has_previous_page")
    writer.bool(request.after != nil || request.page > 1)
    writer.key("start_cursor")
    if let first = cursors.first { writer.string(first) } else { writer.null() }
    writer.key("end_cursor")
    if let last = cursors.last { writer.string(last) } else { writer.null() }
    writer.endObject()
  }

  private static func cursor(_ rows: SQLResult, _ row: Int, _ order: TraceOrder) -> String {
    let value: String? =
      switch order.field {
      case .time: ""
      case .latency: rows.string(row, firstColumn + TraceColumns.latency)
      // As the order has it: no cost is below all others.
      case .cost: rows.string(row, firstColumn + TraceColumns.cost) ?? "-1"
      }
    return TraceCursor(
      order: order,
      timestamp: Instant(microseconds: rows.int(row, firstColumn + TraceColumns.timestamp) ?? 0),
      value: value ?? "",
      traceID: rows.string(row, firstColumn + TraceColumns.traceID) ?? ""
    ).text
  }
}
