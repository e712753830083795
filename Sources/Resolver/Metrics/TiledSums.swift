/// SQL for what measures sum up over tiled windows. Bounds are parameters, so the text is the same for all windows.
struct TiledSums: Sendable {
  /// The same condition over rows of `traces` and over rows of rollups.
  struct Conditions: Sendable {
    var traces = "true"
    var rollups = "true"
  }

  /// A column to group by.
  struct Key: Sendable {
    let name: String
    /// Over rows of `traces`.
    let traces: String
    /// Over rows of a level's table.
    let rollup: @Sendable (RollupLevel) -> String
  }

  let measures: [Measure]
  var keys: [Key] = []
  var conditions = Conditions()
  /// They tell apart what keys and conditions do. Without any all is read from `traces`.
  var levels: [RollupLevel]
  /// What follows `FROM traces`.
  var join = ""
  /// A condition without columns of the tables: when it is false no tile is read.
  var condition: String?

  /// Whether rollups of traces that are no longer kept are left out, so that a count is of what a scan would find.
  var isOfKeptTraces = false

  /// A SELECT for each tile of a window, joined by UNION ALL: `part` (the given number), the keys, then a column for each
  /// measure. Its rows are those of the tables, to be summed up once over all tiles: the sum of a histogram for each tile
  /// first would cost more than the histograms.
  ///
  /// Each tile is a scan of its own, so that bounds on `"timestamp"` are plain comparisons with parameters, which prune
  /// partitions when the statement is planned. `$1` is the workspace.
  /// - Parameter firstBound: number of the parameter that is the window's first bound; the others follow.
  func select(part: Int, firstBound: Int) -> String {
    (0..<WindowTiling.tileCount(levels: levels.count))
      .map { tile in select(tile: tile, part: part, from: firstBound + tile) }
      .joined(separator: "\nUNION ALL ")
  }

  /// An expression: how many traces there are.
  /// - Precondition: ``measures`` are the requests.
  func sumOfRequests(firstBound: Int) -> String {
    "(SELECT COALESCE(sum(requests), 0)::bigint FROM (\(select(part: 0, firstBound: firstBound))) AS counted)"
  }

  /// An expression: how many rows ``select(part:firstBound:)`` reads, but at most one more than `limit` of rollups. What is
  /// read from `traces` is counted by whole minutes, whose totals know it.
  func countRead(firstBound: Int, limit: String) -> String {
    let count = WindowTiling.tileCount(levels: levels.count)
    var rollups: [String] = []
    var traces: [String] = []
    for tile in 0..<count {
      let (lower, upper) = ("$\(firstBound + tile)::timestamptz", "$\(firstBound + tile + 1)::timestamptz")
      let own = condition.map { " AND \($0)" } ?? ""
      if let level = WindowTiling.level(ofTile: tile, levels: levels.count).map({ levels[$0] }) {
        rollups.append(
          "SELECT FROM \(level.table) WHERE workspace_id = $1::uuid "
            + "AND \(level.column) >= \(lower) AND \(level.column) < \(upper)\(own)"
        )
      } else {
        traces.append(
          "SELECT request_count FROM traces_minutely_totals WHERE workspace_id = $1::uuid "
            + "AND minute >= date_trunc('minute', \(lower), 'UTC') AND minute < \(upper)\(own)"
        )
      }
    }
    let bounded = "\(rollups.joined(separator: "\n      UNION ALL ")) LIMIT \(limit) + 1"
    return """
      (SELECT count(*) FROM (\(bounded)) AS read)
        + (SELECT COALESCE(sum(request_count), 0)::bigint FROM (\(traces.joined(separator: " UNION ALL "))) AS edge)
      """
  }

  /// How many parameters a window's bounds are.
  var boundCount: Int { WindowTiling.tileCount(levels: levels.count) + 1 }

  private func select(tile: Int, part: Int, from bound: Int) -> String {
    let level = WindowTiling.level(ofTile: tile, levels: levels.count).map { levels[$0] }
    let keys = keys.map { "\(level.map($0.rollup) ?? $0.traces) AS \($0.name)" }
    let sums = measures.map { "\(level == nil ? $0.ofTraces : $0.ofRollup) AS \($0.rawValue)" }
    let columns = (["\(part) AS part"] + keys + sums).joined(separator: ", ")
    let column = level?.column ?? "\"timestamp\""
    let filter = level == nil ? conditions.traces : conditions.rollups
    let kept = isOfKeptTraces && level != nil ? " AND \(column) >= (SELECT kept_from FROM trace_partitioning)" : ""
    return """
      SELECT \(columns) FROM \(level?.table ?? "traces" + join) \
      WHERE workspace_id = $1::uuid \
      AND \(column) >= $\(bound)::timestamptz AND \(column) < $\(bound + 1)::timestamptz \
      AND \(filter)\(kept)\(condition.map { " AND \($0)" } ?? "")
      """
  }
}
