/// What a ``FieldCache`` has done so far.
public struct CacheStatistics: Sendable, Hashable {
  /// Keys whose value was found in memory.
  public var memoryHits = 0
  /// Keys whose value was found in Redis.
  public var redisHits = 0
  /// Keys for which there was no value, or none that is a string.
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
  /// How often something other than a number stood in the place of a generation, and was replaced.
  public var generationRepairs = 0
  /// Keys removed by invalidation.
  public var keysRemoved = 0
  /// Nil when nothing is kept in memory.
  public var memory: MemoryStatistics?
}
