public import Logging
import Synchronization

/// The cached values of fields, in Redis under their documented keys. It knows keys and bytes, not what they mean.
///
/// Reading never fails: what Redis cannot say is a miss. Writing happens behind the caller's back. Every workspace has a
/// generation counter, so that a value read before an invalidation but stored after it is known to be old (the value
/// says its generation itself), and an index of its keys, so that invalidation need not search for them.
public final class FieldCache: Sendable {
  /// Keys taken out of the index, and removed, in one round trip.
  static let invalidationBatch = 512

  private let redis: RedisClient
  private let writer: CacheWriter
  private let counters = CacheCounters()
  private let log: OccasionalLog

  /// - Parameter maximumQueuedBytes: of values that wait to be stored; what comes on top is dropped and counted.
  public init(redis: RedisClient, logger: Logger, maximumQueuedBytes: Int = 32 << 20) {
    self.redis = redis
    log = OccasionalLog(logger, interval: .seconds(10))
    writer = CacheWriter(redis: redis, counters: counters, log: log, maximumBytes: maximumQueuedBytes)
  }

  public var statistics: CacheStatistics { counters.statistics }

  // MARK: Reading

  /// Reads values with their remaining time to live, and the workspace's generation: one round trip.
  ///
  /// Something other than a string under a key is a miss for that key alone. When Redis does not answer, or cannot say
  /// the generation, all keys are misses.
  public func read(_ keys: [CacheKey], generationOf workspace: String?) async -> CacheReadBatch {
    var commands: [RedisCommand] = []
    commands.reserveCapacity(2 * keys.count + 1)
    for key in keys {
      commands.append(RedisCommand("GET", key))
      commands.append(RedisCommand("PTTL", key))
    }
    if let workspace { commands.append(RedisCommand("GET", .generation(of: workspace))) }
    do throws(CacheError) {
      return try batch(try await redis.pipeline(commands), keyCount: keys.count, hasGeneration: workspace != nil)
    } catch {
      counters.readFailures.wrappingAdd(1, ordering: .relaxed)
      counters.misses.wrappingAdd(keys.count, ordering: .relaxed)
      log.warning("Cache not read", detail: error.debugDescription)
      return .misses(keys.count)
    }
  }

  private func batch(
    _ replies: [RedisReply],
    keyCount: Int,
    hasGeneration: Bool
  ) throws(CacheError) -> CacheReadBatch {
    var generation: Int64?
    // Without the generation nobody can say which values are still good.
    if hasGeneration { generation = try self.generation(replies.last) }
    var values: [CachedValue?] = []
    values.reserveCapacity(keyCount)
    for index in 0..<keyCount { values.append(value(replies[2 * index], replies[2 * index + 1])) }
    let hits = values.count { $0 != nil }
    counters.hits.wrappingAdd(hits, ordering: .relaxed)
    counters.misses.wrappingAdd(keyCount - hits, ordering: .relaxed)
    return CacheReadBatch(values: values, generation: generation)
  }

  private func generation(_ reply: RedisReply?) throws(CacheError) -> Int64 {
    if reply == .null { return 0 }
    guard let number = reply?.integer, number >= 0 else {
      throw CacheError(.protocolViolation, "The generation of a workspace is no number")
    }
    return number
  }

  private func value(_ value: RedisReply, _ ttl: RedisReply) -> CachedValue? {
    switch (value, ttl) {
    case (.string(let bytes), .integer(-1)): return CachedValue(bytes: bytes, remaining: .zero)
    case (.string(let bytes), .integer(let milliseconds)) where milliseconds > 0:
      return CachedValue(bytes: bytes, remaining: .milliseconds(milliseconds))
    case (.error(let text), _):
      if text.hasPrefix("WRONGTYPE") { counters.wrongTypes.wrappingAdd(1, ordering: .relaxed) }
      log.warning("Cached value not read", detail: text)
      return nil
    default: return nil
    }
  }

  // MARK: Writing

  /// Stores values in the background and returns at once. What finds no room in the queue is dropped and counted.
  /// - Parameter workspace: whose invalidation removes the keys; nil for values that only expire.
  public func write(_ entries: [CacheWrite], workspace: String?) {
    writer.enqueue(entries, workspace: workspace)
  }

  /// Waits until everything queued so far has been stored or has failed.
  public func flush() async {
    await writer.flush()
  }

  // MARK: Invalidation

  /// Makes every cached value of a workspace old, and removes the keys that were written for it.
  ///
  /// The first round trip raises the generation, from when on no value read before is used. The others, one for each 512
  /// keys of the workspace, remove keys for the sake of other readers; their number does not depend on other workspaces.
  /// - Throws: when the generation may not have been raised; the call should be repeated.
  public func invalidate(workspace: String) async throws(CacheError) {
    let index = CacheKey.index(of: workspace)
    var pop = RedisCommand("SPOP", index)
    pop.append(text: "\(Self.invalidationBatch)")
    let replies = try await redis.pipeline(raiseGeneration(of: workspace) + [pop])
    for reply in replies.dropLast() { _ = try reply.value() }
    counters.invalidations.wrappingAdd(1, ordering: .relaxed)
    do throws(CacheError) {
      try await removeIndexed(first: replies.last, pop)
    } catch {
      // The keys are old by their generation already, and expire.
      log.warning("Invalidated keys not removed", detail: error.debugDescription)
    }
  }

  /// A counter that Redis has evicted must not begin again at numbers that were in use, so a missing one begins at the
  /// time in milliseconds, which no counter raised less than a thousand times a second reaches.
  private func raiseGeneration(of workspace: String) -> [RedisCommand] {
    let key = CacheKey.generation(of: workspace)
    var begin = RedisCommand("SET", key)
    begin.append(text: "\(WallClock.milliseconds)")
    begin.append(text: "NX")
    return [begin, RedisCommand("INCR", key)]
  }

  private func removeIndexed(first: RedisReply?, _ pop: RedisCommand) async throws(CacheError) {
    var reply = first
    while case .array(let popped) = try reply?.value(), !popped.isEmpty {
      let isLast = popped.count < Self.invalidationBatch
      var commands = popped.compactMap { if case .string(let key) = $0 { unlink(CacheKey(bytes: key)) } else { nil } }
      if !isLast { commands.append(pop) }
      let replies = try await redis.pipeline(commands)
      countRemoved(isLast ? replies[...] : replies.dropLast())
      reply = isLast ? nil : replies.last
    }
  }

  /// Removes single keys: one round trip for each 512.
  public func remove(_ keys: [CacheKey]) async throws(CacheError) {
    var rest = keys[...]
    while !rest.isEmpty {
      let replies = try await redis.pipeline(rest.prefix(Self.invalidationBatch).map(unlink))
      rest = rest.dropFirst(Self.invalidationBatch)
      countRemoved(replies[...])
    }
  }

  /// One key a command, for the keys may lie on different nodes of a cluster.
  private func unlink(_ key: CacheKey) -> RedisCommand {
    RedisCommand("UNLINK", key)
  }

  private func countRemoved(_ replies: ArraySlice<RedisReply>) {
    let removed = replies.reduce(0) { $0 + Int($1.integer ?? 0) }
    counters.keysRemoved.wrappingAdd(removed, ordering: .relaxed)
  }
}
