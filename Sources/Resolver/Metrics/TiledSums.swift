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
