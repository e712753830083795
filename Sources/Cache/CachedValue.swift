/// A value found in the cache.
public struct CachedValue: Sendable, Hashable {
  public let bytes: [UInt8]
  /// The time to live it had when it was read; zero when its key never expires, which only other services' keys do.
  public let remaining: Duration

  public init(bytes: [UInt8], remaining: Duration) {
    self.bytes = bytes
    self.remaining = remaining
  }
}

/// What one read of the cache brought.
public struct CacheReadBatch: Sendable, Hashable {
  /// One for each key, in order; nil is a miss.
  public let values: [CachedValue?]
  /// How often the workspace has been invalidated: values read from the database from now on belong to this generation.
  /// Nil when Redis could not say; then nothing should be written.
  public let generation: Int64?

  public init(values: [CachedValue?], generation: Int64?) {
    self.values = values
    self.generation = generation
  }

  static func misses(_ count: Int) -> CacheReadBatch {
    CacheReadBatch(values: Array(repeating: nil, count: count), generation: nil)
  }
}

/// A value to be stored.
public struct CacheWrite: Sendable, Hashable {
  public let key: CacheKey
  public let bytes: [UInt8]
  /// At least a millisecond; Redis counts in those.
  public let ttl: Duration
  /// Leaves a value alone that stands under the key already.
  public let onlyIfAbsent: Bool

  public init(key: CacheKey, bytes: [UInt8], ttl: Duration, onlyIfAbsent: Bool = false) {
    self.key = key
    self.bytes = bytes
    self.ttl = ttl
    self.onlyIfAbsent = onlyIfAbsent
  }
}

extension Duration {
  /// Whole milliseconds, at least one.
  var redisMilliseconds: Int64 {
    let (seconds, attoseconds) = components
    let (product, overflows) = seconds.multipliedReportingOverflow(by: 1000)
    return overflows ? .max / 2 : max(1, product + attoseconds / 1_000_000_000_000_000)
  }
}
