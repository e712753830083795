/// Makes entries of what Redis has answered, and keeps them in memory where that is allowed.
struct ReplyReader {
  let memory: MemoryTier?
  let ticket: MemoryTier.Ticket?
  /// Before the commands left, so that no entry outlives its time in Redis.
  let sentAt: ContinuousClock.Instant
  let watermarks: GenerationWatermarks
  let tally: Tally<CacheStatistics>
  let log: OccasionalLog

  /// Reads the replies to `GET` and `PTTL`; nil is a miss.
  func entry(_ key: CacheKey, _ value: RedisReply, _ ttl: RedisReply) -> MemoryEntry? {
    switch (value, ttl) {
    case (.string(let bytes), .integer(-1)): return entry(key, bytes, expiry: nil)
    case (.string(let bytes), .integer(let milliseconds)) where milliseconds > 0:
      return entry(key, bytes, expiry: sentAt + .milliseconds(milliseconds))
    case (.error(let text), _):
      if RedisReply.error(text).isWrongType { tally.update { $0.wrongTypes += 1 } }
      log.warning("Cached value not read", detail: text)
      return nil
    default: return nil
    }
  }

  /// Keeps a value that does not expire by itself.
  func keep(_ key: CacheKey, _ bytes: [UInt8]) {
    _ = entry(key, bytes, expiry: nil)
  }

  /// Keeps counters that do not expire by themselves.
  func keep(_ key: CacheKey, _ fields: FieldGenerations) {
    _ = entry(key, [], expiry: nil).keep(fields, cost: fields.cost)
  }

  private func entry(_ key: CacheKey, _ bytes: [UInt8], expiry: ContinuousClock.Instant?) -> MemoryEntry {
    guard let memory, let ticket else { return MemoryEntry(key: key, bytes: bytes, expiry: expiry) }
    return memory.keep(key, bytes, expiry: expiry, ticket)
  }
}
