/// A value to be stored.
public struct CacheWrite: Sendable, Hashable {
  public let key: CacheKey
  public let bytes: [UInt8]
  /// At least a millisecond; Redis counts in those.
  public let ttl: Duration
  /// Leaves a value alone that stands under the key already.
  public let onlyIfAbsent: Bool
  /// Whether there is a lease of the key, which is given back when the value is stored, if it is this instance's.
  public let isLeased: Bool

  public init(key: CacheKey, bytes: [UInt8], ttl: Duration, onlyIfAbsent: Bool = false, isLeased: Bool = false) {
    self.key = key
    self.bytes = bytes
    self.ttl = ttl
    self.onlyIfAbsent = onlyIfAbsent
    self.isLeased = isLeased
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
