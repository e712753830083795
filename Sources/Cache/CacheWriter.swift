import Synchronization

/// The queue of values to be stored, and the one task that stores them while there are any.
///
/// Many small writes share a round trip; nobody waits for them, so when Redis is slow the queue fills up and then drops.
final class CacheWriter: Sendable {
  private struct Job {
    let key: CacheKey
    let workspace: String?
    /// Nil for a lease that is only given back.
    let entry: CacheWrite?

    var size: Int { (entry?.bytes.count ?? 0) + key.bytes.count + 128 }
  }

  private struct Queue {
    var jobs: [Job] = []
    var bytes = 0
    var isDraining = false
    var flushes: [CheckedContinuation<Void, Never>] = []
  }

  /// Values, and bytes, that go out in one round trip (a larger value goes alone).
  private static let batchCount = 64
  private static let batchBytes = 1 << 20

  private let redis: RedisClient
  private let leases: LeaseTerms?
  private let tally: Tally<CacheStatistics>
  private let log: OccasionalLog
  private let maximumBytes: Int
  private let queue = Mutex(Queue())
  /// The longest time to live seen, and not less than a day: the expiry of every index. Milliseconds.
  private let indexLifetime = Atomic<Int64>(86_400_000)

  init(
    redis: RedisClient,
    leases: LeaseTerms?,
    tally: Tally<CacheStatistics>,
    log: OccasionalLog,
    maximumBytes: Int
  ) {
    self.redis = redis
    self.leases = leases
    self.tally = tally
    self.log = log
    self.maximumBytes = maximumBytes
  }

  func enqueue(_ entries: [CacheWrite], workspace: String?) {
    enqueue(entries.map { Job(key: $0.key, workspace: workspace, entry: $0) })
  }

  /// Gives leases back.
  func release(_ keys: [CacheKey], workspace: String) {
    guard leases != nil else { return }
    enqueue(keys.map { Job(key: $0, workspace: workspace, entry: nil) })
  }

  private func enqueue(_ jobs: [Job]) {
    let (dropped, startsDraining) = queue.withLock { queue in
      var dropped = 0
      for job in jobs {
        guard queue.bytes + job.size <= maximumBytes else {
          dropped += 1
          continue
        }
        queue.jobs.append(job)
        queue.bytes += job.size
      }
      let starts = !queue.isDraining && !queue.jobs.isEmpty
      if starts { queue.isDraining = true }
      return (dropped, starts)
    }
    if dropped > 0 {
      tally.update { $0.writesDropped += dropped }
      log.warning("Cached values dropped", detail: "the queue of values to be stored is full")
    }
    if startsDraining { Task { await drain() } }
  }

  func flush() async {
    await withCheckedContinuation { continuation in
      let isIdle = queue.withLock { queue in
        if queue.isDraining { queue.flushes.append(continuation) }
        return !queue.isDraining
      }
      if isIdle { continuation.resume() }
    }
  }

  // MARK: Draining

  private func drain() async {
    while let batch = nextBatch() { await store(batch) }
  }

  /// The jobs of the next round trip; nil when there are none and the task ends.
  private func nextBatch() -> [Job]? {
    let (batch, flushes) = queue.withLock { queue -> ([Job]?, [CheckedContinuation<Void, Never>]) in
      guard !queue.jobs.isEmpty else {
        queue.isDraining = false
        defer { queue.flushes = [] }
        return (nil, queue.flushes)
      }
      var bytes = 0
      let fitting = queue.jobs.prefix(Self.batchCount).prefix { job in
        bytes += job.size
        return bytes <= Self.batchBytes
      }
      let batch = Array(queue.jobs.prefix(max(1, fitting.count)))
      queue.jobs.removeFirst(batch.count)
      queue.bytes -= batch.reduce(0) { $0 + $1.size }
      return (batch, [])
    }
    for flush in flushes { flush.resume() }
    return batch
  }

  private func store(_ batch: [Job]) async {
    let entries = batch.compactMap(\.entry)
    let indexing = indexCommands(for: batch)
    do throws(CacheError) {
      let replies = try await redis.pipeline(indexing + entries.map(setCommand) + releaseCommands(for: batch))
      count(replies.dropFirst(indexing.count).prefix(entries.count))
    } catch {
      tally.update { $0.writeFailures += entries.count }
      log.warning("Cached values not stored", detail: error.debugDescription)
    }
  }

  private func count(_ replies: ArraySlice<RedisReply>) {
    var failures = 0
    for case .error(let text) in replies {
      failures += 1
      log.warning("Cached value refused", detail: text)
    }
    tally.update {
      $0.writes += replies.count - failures
      $0.writeFailures += failures
    }
  }

  // MARK: Commands

  private func setCommand(_ entry: CacheWrite) -> RedisCommand {
    var command = RedisCommand("SET", entry.key)
    command.append(entry.bytes)
    command.append(text: "PX")
    command.append(text: "\(entry.ttl.redisMilliseconds)")
    if entry.onlyIfAbsent { command.append(text: "NX") }
    return command
  }

  /// After the values, so that whoever gets a lease next finds the value there.
  private func releaseCommands(for batch: [Job]) -> [RedisCommand] {
    guard let leases else { return [] }
    return batch.compactMap { job in
      guard let workspace = job.workspace, job.entry?.isLeased ?? true else { return nil }
      return leases.release(job.key, workspace: workspace)
    }
  }

  /// A key is indexed before it is written: an index that names a key too many does no harm, one too few does.
  private func indexCommands(for batch: [Job]) -> [RedisCommand] {
    let longest = batch.compactMap { $0.entry?.ttl.redisMilliseconds }.max() ?? 0
    let lifetime = indexLifetime.max(longest, ordering: .relaxed).newValue
    var keys: [String: [CacheKey]] = [:]
    for job in batch {
      if let workspace = job.workspace, job.entry != nil { keys[workspace, default: []].append(job.key) }
    }
    return keys.flatMap { workspace, keys in
      let index = CacheKey.index(of: workspace)
      var add = RedisCommand("SADD", index)
      for key in keys { add.append(key.bytes) }
      var expire = RedisCommand("PEXPIRE", index)
      expire.append(text: "\(lifetime)")
      return [add, expire]
    }
  }
}
