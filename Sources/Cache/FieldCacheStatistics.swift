import Synchronization

/// What a field cache has done so far.
public struct FieldCacheStatistics: Sendable, Hashable {
  /// Keys that were found.
  public var hits = 0
  /// Keys that were not found, or could not be asked for.
  public var misses = 0
  /// Values that were stored.
  public var writes = 0
  /// Values that were not stored because too many waited.
  public var droppedWrites = 0
  /// Look-ups and writes that Redis failed.
  public var failures = 0
  public var invalidations = 0
}

final class FieldCacheCounters: Sendable {
  let hits = Atomic<Int>(0)
  let misses = Atomic<Int>(0)
  let writes = Atomic<Int>(0)
  let droppedWrites = Atomic<Int>(0)
  let failures = Atomic<Int>(0)
  let invalidations = Atomic<Int>(0)

  var statistics: FieldCacheStatistics {
    FieldCacheStatistics(
      hits: hits.load(ordering: .relaxed),
      misses: misses.load(ordering: .relaxed),
      writes: writes.load(ordering: .relaxed),
      droppedWrites: droppedWrites.load(ordering: .relaxed),
      failures: failures.load(ordering: .relaxed),
      invalidations: invalidations.load(ordering: .relaxed)
    )
  }
}
