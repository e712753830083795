import Synchronization

/// What a ``FieldCache`` has done so far.
public struct CacheStatistics: Sendable, Hashable {
  /// Keys for which a value was found.
  public var hits = 0
  /// Keys for which there was none, or none that is a string.
  public var misses = 0
  /// Of the misses, those under whose key something other than a string stands.
  public var wrongTypes = 0
  /// Reads that Redis did not answer; their keys count as misses too.
  public var readFailures = 0
  /// Values stored.
  public var writes = 0
  /// Values that were not stored because the queue was full.
  public var writesDropped = 0
  /// Values that Redis did not take.
  public var writeFailures = 0
  public var invalidations = 0
  /// Keys removed by invalidation.
  public var keysRemoved = 0
}

final class CacheCounters: Sendable {
  let hits = Atomic<Int>(0)
  let misses = Atomic<Int>(0)
  let wrongTypes = Atomic<Int>(0)
  let readFailures = Atomic<Int>(0)
  let writes = Atomic<Int>(0)
  let writesDropped = Atomic<Int>(0)
  let writeFailures = Atomic<Int>(0)
  let invalidations = Atomic<Int>(0)
  let keysRemoved = Atomic<Int>(0)

  var statistics: CacheStatistics {
    CacheStatistics(
      hits: hits.load(ordering: .relaxed),
      misses: misses.load(ordering: .relaxed),
      wrongTypes: wrongTypes.load(ordering: .relaxed),
      readFailures: readFailures.load(ordering: .relaxed),
      writes: writes.load(ordering: .relaxed),
      writesDropped: writesDropped.load(ordering: .relaxed),
      writeFailures: writeFailures.load(ordering: .relaxed),
      invalidations: invalidations.load(ordering: .relaxed),
      keysRemoved: keysRemoved.load(ordering: .relaxed)
    )
  }
}
