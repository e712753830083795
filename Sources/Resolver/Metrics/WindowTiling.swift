/// A window cut into tiles that each lie in one table: raw rows at the ragged edges, then ever coarser rollups.
///
/// With levels f (fine) and c (coarse) the tiles are, in time's order: raw, f, c, f, raw. Tiles are half-open, adjoin
/// each other and cover the window exactly; their number does not depend on it, so some may be empty. Hence one
/// statement text, with the bounds as parameters, serves all windows.
struct WindowTiling: Sendable, Hashable {
  /// Tile i is `bounds[i]..<bounds[i + 1]`.
  let bounds: [Instant]
  private let levelCount: Int

  /// - Parameter levels: finest first.
  init(_ window: TimeWindow, levels: [RollupLevel]) {
    levelCount = levels.count
    var starts = [window.from]
    var ends = [window.to]
    for level in levels {
      let start = starts[starts.count - 1].ceiled(toSeconds: level.seconds)
      let end = ends[ends.count - 1].floored(toSeconds: level.seconds)
      // Without one whole bucket of this level all that is left belongs to the level below.
      let isEmpty = start >= end
      starts.append(isEmpty ? ends[ends.count - 1] : start)
      ends.append(isEmpty ? ends[ends.count - 1] : end)
    }
    bounds = starts + ends.reversed()
  }

  /// How many tiles a window has.
  static func tileCount(levels: Int) -> Int { 2 * levels + 1 }

  /// The level a tile is read from, counted from the finest; nil for raw rows.
  static func level(ofTile tile: Int, levels: Int) -> Int? {
    let depth = min(tile, 2 * levels - tile)
    return depth == 0 ? nil : depth - 1
  }
}
