import Testing

@testable import Resolver

@Suite struct WindowTilingTests {
  @Test(arguments: [[], [RollupLevel.full[1]], RollupLevel.full.withHistograms, RollupLevel.full])
  func tilesPartitionAnyWindow(levels: [RollupLevel]) {
    var random = SplitMix64(seed: 42)
    for _ in 0..<5000 {
      let window = Self.window(&random)
      let tiling = WindowTiling(window, levels: levels)
      #expect(tiling.bounds.count == WindowTiling.tileCount(levels: levels.count) + 1)
      #expect(tiling.bounds.first == window.from)
      #expect(tiling.bounds.last == window.to)
      #expect(zip(tiling.bounds, tiling.bounds.dropFirst()).allSatisfy { $0 <= $1 })
      checkTiles(of: tiling, levels: levels)
    }
  }

  /// Tiles read from rollups hold whole buckets, and finer tiles hold less than a bucket of the next level.
  private func checkTiles(of tiling: WindowTiling, levels: [RollupLevel]) {
    let count = WindowTiling.tileCount(levels: levels.count)
    for tile in 0..<count {
      let (from, to) = (tiling.bounds[tile], tiling.bounds[tile + 1])
      guard from < to else { continue }
      let level = WindowTiling.level(ofTile: tile, levels: levels.count)
      if let level {
        #expect(from.floored(toSeconds: levels[level].seconds) == from)
        #expect(to.floored(toSeconds: levels[level].seconds) == to)
      }
      let above = level.map { $0 + 1 } ?? 0
      if above < levels.count {
        #expect(to.microseconds - from.microseconds < 2 * levels[above].seconds * 1_000_000)
        #expect(from.ceiled(toSeconds: levels[above].seconds) >= to.floored(toSeconds: levels[above].seconds))
      }
    }
  }

  @Test func readsTilesFromTheExpectedTables() {
    let levels = (0..<5).map { WindowTiling.level(ofTile: $0, levels: 2) }
    #expect(levels == [nil, 0, 1, 0, nil])
  }

  @Test(arguments: [
    // A week to the second: raw, hours, days, hours, raw.
    (
      "2025-10-01T09:26:53Z/2025-10-08T09:26:53Z",
      ["01T09:26:53", "01T10:00:00", "02T00:00:00", "08T00:00:00", "08T09:00:00", "08T09:26:53"]
    ),
    // Whole days only.
    (
      "2025-10-01T00:00:00Z/2025-10-02T00:00:00Z",
      ["01T00:00:00", "01T00:00:00", "01T00:00:00", "02T00:00:00", "02T00:00:00", "02T00:00:00"]
    ),
    // Within one hour: raw alone.
    (
      "2025-10-01T09:10:00Z/2025-10-01T09:50:00Z",
      ["01T09:10:00", "01T09:50:00", "01T09:50:00", "01T09:50:00", "01T09:50:00", "01T09:50:00"]
    ),
    // Over midnight, yet without a whole day.
    (
      "2025-10-01T22:30:00Z/2025-10-02T01:30:00Z",
      ["01T22:30:00", "01T23:00:00", "02T01:00:00", "02T01:00:00", "02T01:00:00", "02T01:30:00"]
    ),
  ])
  func cutsAtWholeHoursAndDays(range: String, bounds: [String]) throws {
    let window = try TimeRange(parsing: range).window(at: Instant(seconds: 0))
    let tiling = WindowTiling(window, levels: RollupLevel.full.withHistograms)
    #expect(tiling.bounds.map(\.text) == bounds.map { "2025-10-\($0)Z" })
  }

  /// Windows of up to 60 days, ending on whole hours and days more often than chance would have it.
  private static func window(_ random: inout SplitMix64) -> TimeWindow {
    let start = Int64.random(in: 0..<4_000_000_000, using: &random)
    let length = Int64.random(in: 1...(1 << Int64.random(in: 1...22, using: &random)), using: &random)
    let grain: Int64 = [1, 60, 3600, 86_400].randomElement(using: &random) ?? 1
    let from = Instant(seconds: start).floored(toSeconds: grain)
    let to = Instant(seconds: start + length).ceiled(toSeconds: grain)
    let shift = Bool.random(using: &random) ? 0 : Int64.random(in: 0..<1_000_000, using: &random)
    return TimeWindow(
      from: Instant(microseconds: from.microseconds + shift),
      to: Instant(microseconds: max(to.microseconds, from.microseconds + shift + 1))
    )
  }
}
