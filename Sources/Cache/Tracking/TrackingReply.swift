/// What Redis says to a connection that is subscribed to invalidations (RESP2; https://redis.io/docs/latest/develop/reference/client-side-caching/).
enum TrackingReply: Equatable {
  /// The subscription holds.
  case subscribed
  /// The values of these keys have changed or are gone.
  case changed([CacheKey])
  /// All keys are gone: FLUSHALL, FLUSHDB.
  case flushed
  /// Answers PING. All that was to be told before has been told.
  case pong

  static let channel = "__redis__:invalidate"

  /// Nil for what has no place on such a connection.
  init?(_ reply: RedisReply) {
    guard case .array(let parts) = reply, let kind = parts.first?.text else { return nil }
    switch (kind, parts.count) {
    case ("pong", 2): self = .pong
    case ("subscribe", 3) where parts[1].text == Self.channel: self = .subscribed
    case ("message", 3) where parts[1].text == Self.channel:
      switch parts[2] {
      case .null: self = .flushed
      case .array(let keys): self = .changed(keys.compactMap(Self.key))
      default: return nil
      }
    default: return nil
    }
  }

  private static func key(_ reply: RedisReply) -> CacheKey? {
    if case .string(let bytes) = reply { CacheKey(bytes: bytes) } else { nil }
  }
}
