import Database

/// The one statement of `Query.traces`: a page, one trace more to see whether it is the last, and how many match in all.
///
/// The total comes from the tiled rollups when they know all that is filtered by, otherwise from a scan of the window.
/// It is on every row; an empty page is one row that holds nothing else. Where pages are counted an outer LIMIT ends
/// the scan with the last match, and before it starts when the page lies beyond: counting is what rollups are for. The
/// inner one lets the planner see how little is wanted.
///
/// What has to look at every trace of the window (``TracesRequest/Scan``) is not begun when there are more than
/// ``Limits`` allow, which the rollups know. The first column says how many there are; it is NULL where that does not matter.
struct TracesStatement {
  private let request: TracesRequest
  private let limits: Limits
  private let scan: TracesRequest.Scan
  private var parameters = SQLParameters()

  /// How many traces may be looked at, and how many are tried at once.
  struct Limits {
    let traces: Int64
    let trial: Int64

    init(_ request: TracesRequest, _ budget: Duration) {
      traces = request.scanPrice.maximumRows(budget)
      trial = request.scanPrice.maximumRows(ScanPrice.trial(of: budget))
    }
  }

  static func query(_ request: TracesRequest, limits: Limits, workspace: SQLParameter) -> SQLQuery {
    var statement = TracesStatement(request: request, limits: limits)
    _ = statement.parameters.append(workspace)
    let text = statement.text()
    let trial = statement.scan == .never ? nil : statement.parameters.trial(maximum: limits.trial, bound: limits.traces)
    return SQLQuery(SQLStatement(family: "traces", text), statement.parameters.values, trial: trial)
  }

  private init(request: TracesRequest, limits: Limits) {
    self.request = request
    self.limits = limits
    scan = request.scan
  }

  private mutating func text() -> String {
    let levels = request.filter.isKnownToRollups ? RollupLevel.telling(request.filter.dimensions) : []
    let bounds = WindowTiling(request.window, levels: levels).bounds.map { parameters.append($0.parameter) }
    let window = (from: bounds[0] + "::timestamptz", to: bounds[bounds.count - 1] + "::timestamptz")
    let filter = request.filter.overTraces(window: window, &parameters)
    let total = total(filter, window)
    let head = """
      WITH settings AS MATERIALIZED (\(settings()))
      SELECT settings.scanned, total.total, \(TraceColumns.select("traces"))
      FROM settings CROSS JOIN (\(total)) AS total
      """
    let page = request.order.field == .time && request.page == 1 ? walkedPage(window) : scannedPage(filter, window)
    return """
      \(head)
      LEFT JOIN LATERAL (
        \(page)
      ) AS traces ON true
      ORDER BY \(request.order.orderBy)
      """
  }

  /// A page in order of time: read day by day, by a function whose statements are planned for the days that are needed.
  private mutating func walkedPage(_ window: (from: String, to: String)) -> String {
    let limit = parameters.append(.int(request.limit + 1)) + "::bigint"
    var wanted = request.after == nil ? "LEAST(\(limit), total.total)" : limit
    if scan != .never { wanted = "CASE WHEN settings.within THEN \(wanted) ELSE 0 END" }
    // What the condition calls its parameters there.
    var elements = SQLParameters(elementsOf: "$4")
    var condition = request.filter.overTraces(window: ("$2", "$3"), &elements)
    if let after = request.after { condition += " AND " + Self.place(after: after, &elements) }
    let (from, to) = bounds(window)
    return """
      SELECT * FROM trace_page($1::uuid, \(from), \(to), \(request.order.isDescending), \(wanted), \
      \(parameters.append(.text(condition)))::text, \(parameters.append(elements.asArray))::text[])
      """
  }

  /// A page of which all of the window may have to be read: in another order, or counted from the first.
  private mutating func scannedPage(_ filter: String, _ window: (from: String, to: String)) -> String {
    let limit = parameters.append(.int(request.limit + 1)) + "::bigint"
    var (offset, shown) = ("", "")
    if request.page > 1 {
      let skipped = parameters.append(.int((request.page - 1) * request.limit)) + "::bigint"
      offset = " OFFSET \(skipped)"
      shown = " LIMIT GREATEST(total.total - \(skipped), 0)"
    } else if request.after == nil {
      shown = " LIMIT total.total"
    }
    let guarded = scan == .never ? "" : " AND (SELECT within FROM settings)"
    var keyset = ""
    if let after = request.after { keyset = " AND " + Self.place(after: after, &parameters) }
    let (from, to) = bounds(window)
    return """
      SELECT * FROM (
          SELECT * FROM traces
          WHERE workspace_id = $1::uuid AND \(filter) AND "timestamp" >= \(from) AND "timestamp" < \(to)\(keyset)\(guarded)
          ORDER BY \(request.order.orderBy) LIMIT \(limit)\(offset)
        ) AS page\(shown)
      """
  }

  /// How many traces would be looked at, and whether that is not too many.
  private mutating func settings() -> String {
    guard scan != .never else { return "SELECT NULL::bigint AS scanned" }
    let limit = parameters.append(bound: limits.traces, trial: limits.trial) + "::bigint"
    let first = parameters.next
    let sums = TiledSums(measures: [.requests], levels: RollupLevel.totals, isOfKeptTraces: true)
    for bound in WindowTiling(request.window, levels: sums.levels).bounds { _ = parameters.append(bound.parameter) }
    let counted = sums.select(part: 0, firstBound: first)
    var scanned = "SELECT COALESCE(sum(requests), 0)::bigint FROM (\(counted)) AS tile"
    if scan == .untilPage {
      let end = parameters.append(.int(request.page * request.limit)) + "::bigint"
      scanned = "SELECT LEAST((\(scanned)), \(end))"
    }
    if scan == .allOnOverflow { scanned = "SELECT CASE WHEN \(TraceFilter.overflow) THEN (\(scanned)) END" }
    return """
      SELECT scanned, COALESCE(scanned <= \(limit), true) AS within FROM (\(scanned)) AS counted (scanned)
      """
  }

  private mutating func total(_ filter: String, _ window: (from: String, to: String)) -> String {
    guard request.filter.isKnownToRollups else {
      return """
        SELECT count(*) AS total FROM traces WHERE workspace_id = $1::uuid \
        AND "timestamp" >= \(window.from) AND "timestamp" < \(window.to) AND \(filter) AND (SELECT within FROM settings)
        """
    }
    var sums = TiledSums(
      measures: [.requests],
      conditions: TiledSums.Conditions(traces: filter, rollups: request.filter.overRollups(&parameters)),
      levels: RollupLevel.telling(request.filter.dimensions),
      isOfKeptTraces: true
    )
    let isSplit = request.filter.needsAllDimensions
    if isSplit { sums.condition = "NOT " + TraceFilter.overflow }
    var tiles = sums.select(part: 0, firstBound: 2)
    if isSplit {
      sums.levels = []
      sums.condition = TraceFilter.overflow + " AND (SELECT within FROM settings)"
      let first = parameters.next
      for bound in WindowTiling(request.window, levels: []).bounds { _ = parameters.append(bound.parameter) }
      tiles += "\nUNION ALL " + sums.select(part: 0, firstBound: first)
    }
    return "SELECT COALESCE(sum(requests), 0)::bigint AS total FROM (\n\(tiles)\n) AS tile"
  }

  /// Which part of the window the page may lie in: the time of a cursor bounds the partitions that are looked at.
  private mutating func bounds(_ window: (from: String, to: String)) -> (from: String, to: String) {
    guard let after = request.after, request.order.field == .time else { return window }
    if request.order.isDescending {
      let end = min(request.window.to, Instant(microseconds: after.timestamp.microseconds + 1))
      return (window.from, parameters.append(end.parameter) + "::timestamptz")
    }
    return (parameters.append(max(request.window.from, after.timestamp).parameter) + "::timestamptz", window.to)
  }

  private static func place(after cursor: TraceCursor, _ parameters: inout SQLParameters) -> String {
    var values: [String] = []
    switch cursor.order.field {
    case .time: break
    case .latency: values.append(parameters.append(.text(cursor.value)) + "::integer")
    case .cost: values.append(parameters.append(.text(cursor.value)) + "::numeric")
    }
    values.append(parameters.append(cursor.timestamp.parameter) + "::timestamptz")
    values.append(parameters.append(.text(cursor.traceID)) + "::text")
    let keys = cursor.order.keys.joined(separator: ", ")
    return "(\(keys)) \(cursor.order.isDescending ? "<" : ">") (\(values.joined(separator: ", ")))"
  }
}
