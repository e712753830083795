/// What one read of the cache brought.
public struct CacheReadBatch: Sendable {
  /// One for each key, in order; nil is a miss.
  public let values: [MemoryEntry?]
  /// How often the workspace has been invalidated: values read from the database from now on belong to this generation.
  /// Nil when no workspace was named, or when Redis could not say; then nothing should be written.
  public let generation: Int64?

  static func misses(_ count: Int) -> CacheReadBatch {
    CacheReadBatch(values: Array(repeating: nil, count: count), generation: nil)
  }
}
