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
  private let redis: RedisClient
  private let memory: MemoryTier?
  private let tracking: Tracking?
  private let writer: CacheWriter
  private let tally = Tally(CacheStatistics())
  private let log: OccasionalLog
  private let leases: LeaseTerms?
  /// How long a lease lasts, which is also how long to wait for its holder; nil when none are taken.
  public var leaseDuration: Duration? { leases?.duration }
  private let invalidator: Invalidator
  private let watermarks = GenerationWatermarks()

  /// - Parameters:
  ///   - memory: how values are kept in memory, once ``run()`` has begun; nil keeps none.
  ///   - leaseDuration: of the leases that readers may take; nil for a cache that takes none.
  ///   - maximumQueuedBytes: of values that wait to be stored; what comes on top is dropped and counted.
  public convenience init(
    redis: RedisClient,
    logger: Logger,
    memory: MemoryConfiguration? = nil,
    leaseDuration: Duration? = nil,
    maximumQueuedBytes: Int = 32 << 20
  ) {
    self.init(
      redis: redis,
      trackingBy: redis.configuration,
      logger: logger,
      memory: memory,
      leaseDuration: leaseDuration,
      maximumQueuedBytes: maximumQueuedBytes
    )
  }

  /// - Parameter trackingConfiguration: the way on which Redis tells of changes.
  init(
    redis: RedisClient,
    trackingBy trackingConfiguration: RedisConfiguration,
    logger: Logger,
    memory configuration: MemoryConfiguration?,
    leaseDuration: Duration? = nil,
    maximumQueuedBytes: Int = 32 << 20
  ) {
    self.redis = redis
    leases = leaseDuration.map { LeaseTerms(duration: $0) }
    log = OccasionalLog(logger, interval: redis.configuration.logInterval)
    writer = CacheWriter(redis: redis, leases: leases, tally: tally, log: log, maximumBytes: maximumQueuedBytes)
    memory = configuration.map(MemoryTier.init)
    invalidator = Invalidator(redis: redis, memory: memory, watermarks: watermarks, tally: tally, log: log)
    tracking =
      if let configuration, let memory {
        Tracking(trackingConfiguration, primaries: redis.primaries, memory: memory, configuration, log: log)
      } else { nil }
  }

  /// Keeps the memory in step with Redis until the task is cancelled; then stores what waits to be stored, if Redis takes it
  /// within a second. Without it, or before, nothing is kept in memory.
  public func run() async {
    tracking?.open()
    if tracking != nil { await redis.locate() }
    await Lifetime.untilCancelled()
    tracking?.close()
    await flush(within: .seconds(1))
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
  /// - Parameters:
  ///   - reading: what is passed over.
  ///   - leasing: takes the lease of each key that Redis is asked for, in the same round trip, unless another instance has it.
  public func read(
    _ keys: [CacheKey],
    generationOf workspace: String?,
    _ reading: Reading = .memoryFirst,
    leasing: Bool = false
  ) async -> CacheReadBatch {
    var batch = PartialBatch(keys, generationOf: workspace, lease: leasing ? leases : nil)
    if let memory, reading == .memoryFirst { batch.fill(from: memory) }
    let found = batch.foundCount
    if !batch.isComplete { await ask(for: &batch) }
    if let damage = batch.damage, let workspace { invalidator.repair(damage, of: workspace) }
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

  /// Where values are looked for.
  public enum Reading: Sendable {
    /// In memory, and in Redis for what is not there.
    case memoryFirst
    /// In Redis alone.
    case redisOnly
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
    batch.willAsk()
    do throws(CacheError) {
      let replies = try await redis.pipeline(batch.commands)
      let reader = ReplyReader(
        memory: memory,
        ticket: ticket,
        sentAt: now,
        watermarks: watermarks,
        tally: tally,
        log: log
      )
      try batch.take(replies, reader)
    } catch {
      tally.update { $0.readFailures += 1 }
      log.warning("Cache not read", detail: error.debugDescription)
    }
  }

  // MARK: Writing

  /// Stores values in the background and returns at once, and then gives their leases back. What finds no room in the queue
  /// is dropped and counted.
  /// - Parameter workspace: whose invalidation removes the keys; nil for values that only expire.
  public func write(_ entries: [CacheWrite], workspace: String?) {
    writer.enqueue(entries, workspace: workspace)
  }

  /// Enters a key in the index of its workspace in the background, so that an invalidation removes the value as well that
  /// another service has stored there.
  /// - Parameter ttl: what is left of its time in Redis; nil when it has no end.
  public func index(_ key: CacheKey, ttl: Duration?, workspace: String) {
    writer.index(key, ttl: ttl, workspace: workspace)
  }

  /// Gives leases back in the background for which there is no value to be stored.
  public func release(_ keys: [CacheKey], workspace: String) {
    writer.release(keys, workspace: workspace)
  }

  /// Waits until everything queued so far has been stored or has failed.
  public func flush() async {
    await writer.flush()
  }

  /// The same, but no longer than `limit`; the caller's cancellation does not shorten it.
  public func flush(within limit: Duration) async {
    let writer = writer
    await Task {
      let (end, continuation) = AsyncStream<Never>.makeStream()
      let timer = Task {
        try? await Task.sleep(for: limit)
        continuation.finish()
      }
      Task {
        await writer.flush()
        continuation.finish()
      }
      for await _ in end {}
      timer.cancel()
    }.value
  }

  // MARK: Invalidation

  /// Makes every cached value of a workspace old, and removes the keys that were written for it.
  ///
  /// The first round trip raises the generation, from when on no value read before is used; damage in its place is repaired
  /// by one more. The others, one for each 512 keys of the workspace, remove keys for the sake of other readers; their
  /// number does not depend on other workspaces.
  /// - Returns: how many keys were removed.
  /// - Throws: when the generation may not have been raised; the call should be repeated.
  @discardableResult
  public func invalidate(workspace: String) async throws(CacheError) -> Int {
    try await invalidator.invalidate(workspace)
  }

  /// Makes some cached values of a workspace old, and removes their keys: as many round trips.
  /// - Parameters:
  ///   - prefix: what the keys begin with.
  ///   - fields: what the keys of each cached field begin with. Those that share keys with `prefix` become old as a whole.
  /// - Returns: how many keys were removed.
  /// - Throws: when the values may not have become old; the call should be repeated.
  @discardableResult
  public func invalidate(
    workspace: String,
    keysWith prefix: String,
    of fields: [String]
  ) async throws(CacheError) -> Int {
    try await invalidator.invalidate(workspace, keysWith: prefix, of: fields)
  }

  /// Removes single keys: one round trip for each 512.
  public func remove(_ keys: [CacheKey]) async throws(CacheError) {
    try await invalidator.remove(keys)
  }
}
