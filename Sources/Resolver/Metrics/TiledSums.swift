/// SQL that sums measures over tiled windows. Bounds are parameters, so the text is the same for all windows.
struct TiledSums: Sendable {
  let measures: [Measure]
  /// Conditions on columns that `traces` and every rollup have (agent, status), each starting with ` AND `.
  var conditions = ""
  var levels = RollupLevel.all

  /// A SELECT for each tile of a window, joined by UNION ALL: `part` (the given number), then a column for each measure.
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
    let sums = measures.map { "\(level == nil ? $0.ofTraces : $0.ofRollup) AS \($0.rawValue)" }.joined(separator: ", ")
    let column = level?.column ?? "\"timestamp\""
    return """
      SELECT \(part) AS part, \(sums) FROM \(level?.table ?? "traces") \
      WHERE workspace_id = $1::uuid \
      AND \(column) >= $\(bound)::timestamptz AND \(column) < $\(bound + 1)::timestamptz\(conditions)
      """
  }
}
