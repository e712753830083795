public import Database
public import JSON
public import Schema

/// `Query.explainChange`: how much each group contributed to the change of a figure against the window just before. One
/// statement over the rollups.
///
/// A sum's change is the sum of its groups' changes. A ratio n/d is the sum over groups of nᵍ/d, so its change is the sum of
/// nᵍ/d − nᵍ'/d'.
public struct ExplainChangeResolver: RootFieldResolver {
  private typealias Column = ExplainChangeStatement.Column

  /// What may be spent on one answer.
  private let scanBudget: Duration

  public init(scanBudget: Duration = .seconds(2)) {
    self.scanBudget = scanBudget
  }

  public func queries(_ call: FieldCall) throws(GraphQLError) -> [SQLQuery] {
    let request = try ExplainChangeRequest(call)
    let limit = request.price.maximumRows(scanBudget)
    return [ExplainChangeStatement.query(request, limit: limit, workspace: call.workspaceParameter)]
  }

  public func body(_ results: [SQLResult], _ call: FieldCall, into writer: inout JSONWriter) throws(GraphQLError) {
    let request = try ExplainChangeRequest(call)
    let rows = results[0]
    let limit = request.price.maximumRows(scanBudget)
    if let read = rows.int(0, Column.read), read > limit { throw request.price.refusal(by: request.dimensions, limit) }
    let keptFrom = rows.instant(0, Column.keptFrom)
    let window = try request.window.figures(keptFrom: keptFrom)
    let previous = try request.window.previous.figures(keptFrom: keptFrom)
    writer.beginObject()
    writer.key("as_of")
    writer.instant(call.now)
    writer.key("window")
    writer.window(window)
    writer.key("previous_window")
    writer.window(previous)
    writer.key("measure")
    writer.string(request.figure.rawValue)
    writer.key("value")
    writer.decimal(rows, 0, Column.value)
    writer.key("previous_value")
    writer.decimal(rows, 0, Column.previousValue)
    writer.key("change")
    writer.decimal(rows, 0, Column.change)
    writer.key("items")
    writer.beginArray()
    for row in 0..<rows.rowCount where !rows.isNull(row, Column.place) {
      Self.write(rows, row, request, into: &writer)
    }
    writer.endArray()
    writer.endObject()
  }

  private static func write(
    _ rows: SQLResult,
    _ row: Int,
    _ request: ExplainChangeRequest,
    into writer: inout JSONWriter
  ) {
    let isOther = (rows.int(row, Column.place) ?? 0) > request.top
    writer.beginObject()
    writer.metricKeys(isOther ? [] : request.dimensions, rows, row, at: Column.keys)
    writer.key("is_other")
    writer.bool(isOther)
    writer.key("value")
    writer.decimal(rows, row, Column.groupValue)
    writer.key("previous_value")
    writer.decimal(rows, row, Column.previousGroupValue)
    writer.key("contribution")
    writer.decimal(rows, row, Column.contribution)
    writer.endObject()
  }
}
