public import Logging

/// The cached values of fields, in Redis under their documented keys, and in memory before it. It knows keys and bytes,
/// not what they mean.
///
/// Reading never fails: what Redis cannot say is a miss. Writing happens behind the caller's back. Every workspace has a
/// generation counter, so that a value read before an invalidation but stored after it is known to be old (the value
/// says its generation itself), and an index of its keys, so that invalidation need not search for them.
///
/// Memory holds what was read from Redis, the generations among it, while Redis tells of changes; see ``MemoryTier``.
public final class FieldCache: Sendable {
  /// Keys taken out of the index, and removed, in one round trip.
  static let invalidationBatch = 512

  private let redis: RedisClient
  private let memory: MemoryTier?
  private let tracking: Tracking?
  private let writer: CacheWriter
  private let tally = Tally(CacheStatistics())
  private let log: OccasionalLog

  /// - Parameters:
  ///   - memory: how values are kept in memory, once ``run()`` has begun; nil keeps none.
  ///   - maximumQueuedBytes: of values that wait to be stored; what comes on top is dropped and counted.
  public convenience init(
    redis: RedisClient,
    logger: Logger,
    memory: MemoryConfiguration? = nil,
    maximumQueuedBytes: Int = 32 << 20
  ) {
    self.init(
      redis: redis,
      trackingBy: redis.configuration,
      logger: logger,
      memory: memory,
      maximumQueuedBytes: maximumQueuedBytes
    )
  }

  /// - Parameter trackingConfiguration: the way on which Redis tells of changes.
  init(
    redis: RedisClient,
    trackingBy trackingConfiguration: RedisConfiguration,
    logger: Logger,
    memory configuration: MemoryConfiguration?,
    maximumQueuedBytes: Int = 32 << 20
  ) {
    self.redis = redis
    log = OccasionalLog(logger, interval: redis.configuration.logInterval)
    writer = CacheWriter(redis: redis, tally: tally, log: log, maximumBytes: maximumQueuedBytes)
    memory = configuration.map(MemoryTier.init)
    tracking =
      if let configuration, let memory {
        Tracking(trackingConfiguration, primaries: redis.primaries, memory: memory, configuration, log: log)
      } else { nil }
  }

  /// Keeps the memory in step with Redis until the task is cancelled. Without it, or before, nothing is kept in memory.
  public func run() async {
    guard let tracking else { return await Lifetime.untilCancelled() }
    tracking.open()
    await redis.locate()
    await Lifetime.untilCancelled()
    tracking.close()
  }

  /// Whether values in memory may be used at this moment.
  var isMemoryUsable: Bool { memory?.isUsable(at: .now) ?? false }

  public var statistics: CacheStatistics {
    var statistics = tally.snapshot
    statistics.memory = memory?.statistics
    return statistics
  }

  // MARK: Reading

  /// Reads values with their remaining time to live, and the workspace's generation. What is not in memory is asked of
  /// Redis in one round trip; there is none when everything is.
  ///
  /// Something other than a string under a key is a miss for that key alone. When Redis does not answer, the keys that
  /// it was asked for are misses; all are when nobody can say the generation.
  public func read(_ keys: [CacheKey], generationOf workspace: String?) async -> CacheReadBatch {
    var batch = PartialBatch(keys, generationOf: workspace)
    if let memory { batch.fill(from: memory) }
    let found = batch.foundCount
    if !batch.isComplete { await ask(for: &batch) }
    let result = batch.result
    let hits = result.values.count { $0 != nil }
    let memoryHits = min(found, hits)
    tally.update {
      $0.memoryHits += memoryHits
      $0.redisHits += hits - memoryHits
      $0.misses += keys.count - hits
    }
    return result
  }

  /// The same without waiting, for those who can go on at once when everything is in memory; nil when something is not.
  public func readMemory(_ keys: [CacheKey], generationOf workspace: String?) -> CacheReadBatch? {
    guard let memory else { return nil }
    var batch = PartialBatch(keys, generationOf: workspace)
    batch.fill(from: memory)
    guard batch.isComplete else { return nil }
    tally.update { $0.memoryHits += keys.count }
    return batch.result
  }

  private func ask(for batch: inout PartialBatch) async {
    // Both before the commands leave: what changes from now on is told, and the time to live counts from now on.
    let ticket = memory?.ticket()
    let now = ContinuousClock.now
    do throws(CacheError) {
      let replies = try await redis.pipeline(batch.commands)
      let reader = ReplyReader(memory: memory, ticket: ticket, sentAt: now, tally: tally, log: log)
      try batch.take(replies, reader)
    } catch {
      tally.update { $0.readFailures += 1 }
      log.warning("Cache not read", detail: error.debugDescription)
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
    // Redis tells of it too; nobody here shall wait for that.
    memory?.drop(CollectionOfOne(.generation(of: workspace)))
    tally.update { $0.invalidations += 1 }
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
      memory?.drop(rest.prefix(Self.invalidationBatch))
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
    tally.update { $0.keysRemoved += removed }
  }
}
