import Database

/// The one statement of `Query.traces`: a page, one trace more to see whether it is the last, and how many match in all.
///
/// The total comes from the tiled rollups when they know all that is filtered by, otherwise from a scan of the window.
/// It is on every row; an empty page is one row that holds nothing else. Where pages are counted an outer LIMIT ends
/// the scan with the last match, and before it starts when the page lies beyond: counting is what rollups are for. The
/// inner one lets the planner see how little is wanted.
///
/// What has to look at every trace of the window (``TracesRequest/needsScan``) is not begun when there are more than
/// `scanLimit` of them, which the rollups know. The first column says how many there are; it is NULL where that does not matter.
struct TracesStatement {
  private let request: TracesRequest
  private let scanLimit: Int64
  private var parameters = SQLParameters()

  static func query(_ request: TracesRequest, scanLimit: Int64, workspace: SQLParameter) -> SQLQuery {
    var statement = TracesStatement(request: request, scanLimit: scanLimit)
    _ = statement.parameters.append(workspace)
    let text = statement.text()
    return SQLQuery(SQLStatement(family: "traces", text), statement.parameters.values)
  }

  private init(request: TracesRequest, scanLimit: Int64) {
    self.request = request
    self.scanLimit = scanLimit
  }

  private mutating func text() -> String {
    let levels = request.filter.isKnownToRollups ? RollupLevel.telling(request.filter.dimensions) : []
    let bounds = WindowTiling(request.window, levels: levels).bounds.map { parameters.append($0.parameter) }
    let window = (from: bounds[0] + "::timestamptz", to: bounds[bounds.count - 1] + "::timestamptz")
    let filter = request.filter.overTraces(window: window, &parameters)
    let total = total(filter, window)
    let limit = parameters.append(.int(request.limit + 1)) + "::bigint"
    var (offset, shown) = ("", "")
    if request.page > 1 {
      let skipped = parameters.append(.int((request.page - 1) * request.limit)) + "::bigint"
      offset = " OFFSET \(skipped)"
      shown = " LIMIT GREATEST(total.total - \(skipped), 0)"
    } else if request.after == nil {
      shown = " LIMIT total.total"
    }
    let guarded = request.needsScan ? " AND (SELECT within FROM settings)" : ""
    return """
      WITH settings AS MATERIALIZED (\(settings()))
      SELECT settings.scanned, total.total, \(TraceColumns.select("traces"))
      FROM settings CROSS JOIN (\(total)\(request.filter.isKnownToRollups ? "" : guarded)) AS total
      LEFT JOIN LATERAL (
        SELECT * FROM (
          SELECT * FROM traces
          WHERE workspace_id = $1::uuid AND \(filter) AND \(place(window))\(guarded)
          ORDER BY \(request.order.orderBy) LIMIT \(limit)\(offset)
        ) AS page\(shown)
      ) AS traces ON true
      ORDER BY \(request.order.orderBy)
      """
  }

  /// How many traces would be looked at, and whether that is not too many.
  private mutating func settings() -> String {
    guard request.needsScan else { return "SELECT NULL::bigint AS scanned" }
    let limit = parameters.append(.int(scanLimit)) + "::bigint"
    let first = parameters.next
    let sums = TiledSums(measures: [.requests], levels: RollupLevel.totals, isOfKeptTraces: true)
    for bound in WindowTiling(request.window, levels: sums.levels).bounds { _ = parameters.append(bound.parameter) }
    let counted = sums.select(part: 0, firstBound: first)
    return """
      SELECT scanned, scanned <= \(limit) AS within
      FROM (SELECT COALESCE(sum(requests), 0)::bigint AS scanned FROM (\(counted)) AS tile) AS counted
      """
  }

  private mutating func total(_ filter: String, _ window: (from: String, to: String)) -> String {
    guard request.filter.isKnownToRollups else {
      return """
        SELECT count(*) AS total FROM traces WHERE workspace_id = $1::uuid \
        AND "timestamp" >= \(window.from) AND "timestamp" < \(window.to) AND \(filter)
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
      sums.condition = TraceFilter.overflow
      let first = parameters.next
      for bound in WindowTiling(request.window, levels: []).bounds { _ = parameters.append(bound.parameter) }
      tiles += "\nUNION ALL " + sums.select(part: 0, firstBound: first)
    }
    return "SELECT COALESCE(sum(requests), 0)::bigint AS total FROM (\n\(tiles)\n) AS tile"
  }

  /// Which part of the window the page may lie in.
  private mutating func place(_ window: (from: String, to: String)) -> String {
    var (from, to) = window
    var keyset = ""
    if let after = request.after {
      keyset = " AND \(place(after: after))"
      // The time of the cursor bounds the partitions that are looked at.
      if request.order.field == .time {
        let bound = after.timestamp
        if request.order.isDescending {
          let end = min(request.window.to, Instant(microseconds: bound.microseconds + 1))
          to = parameters.append(end.parameter) + "::timestamptz"
        } else {
          from = parameters.append(max(request.window.from, bound).parameter) + "::timestamptz"
        }
      }
    }
    return "\"timestamp\" >= \(from) AND \"timestamp\" < \(to)\(keyset)"
  }

  private mutating func place(after cursor: TraceCursor) -> String {
    var values: [String] = []
    switch request.order.field {
    case .time: break
    case .latency: values.append(parameters.append(.text(cursor.value)) + "::integer")
    case .cost: values.append(parameters.append(.text(cursor.value)) + "::numeric")
    }
    values.append(parameters.append(cursor.timestamp.parameter) + "::timestamptz")
    values.append(parameters.append(.text(cursor.traceID)) + "::text")
    let keys = request.order.keys.joined(separator: ", ")
    return "(\(keys)) \(request.order.isDescending ? "<" : ">") (\(values.joined(separator: ", ")))"
  }
}
