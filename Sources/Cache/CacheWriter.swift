import Synchronization

/// The queue of values to be stored, and the one task that stores them while there are any.
///
/// Many small writes share a round trip; nobody waits for them, so when Redis is slow the queue fills up and then drops.
final class CacheWriter: Sendable {
  private struct Job {
    let entry: CacheWrite
    let workspace: String?

    var size: Int { entry.bytes.count + entry.key.bytes.count + 128 }
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
  private let tally: Tally<CacheStatistics>
  private let log: OccasionalLog
  private let maximumBytes: Int
  private let queue = Mutex(Queue())
  /// The longest time to live seen, and not less than a day: the expiry of every index. Milliseconds.
  private let indexLifetime = Atomic<Int64>(86_400_000)

  init(redis: RedisClient, tally: Tally<CacheStatistics>, log: OccasionalLog, maximumBytes: Int) {
    self.redis = redis
    self.tally = tally
    self.log = log
    self.maximumBytes = maximumBytes
  }

  func enqueue(_ entries: [CacheWrite], workspace: String?) {
    let (dropped, startsDraining) = queue.withLock { queue in
      var dropped = 0
      for entry in entries {
        let job = Job(entry: entry, workspace: workspace)
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
    do throws(CacheError) {
      let replies = try await redis.pipeline(indexCommands(for: batch) + batch.map(setCommand))
      count(replies, valueCount: batch.count)
    } catch {
      tally.update { $0.writeFailures += batch.count }
      log.warning("Cached values not stored", detail: error.debugDescription)
    }
  }

  private func count(_ replies: [RedisReply], valueCount: Int) {
    var failures = 0
    for (index, reply) in replies.enumerated() {
      guard case .error(let text) = reply else { continue }
      if index >= replies.count - valueCount { failures += 1 }
      log.warning("Cached value refused", detail: text)
    }
    tally.update { $0.writes += valueCount - failures }
    tally.update { $0.writeFailures += failures }
  }

  // MARK: Commands

  private func setCommand(_ job: Job) -> RedisCommand {
    var command = RedisCommand("SET", job.entry.key)
    command.append(job.entry.bytes)
    command.append(text: "PX")
    command.append(text: "\(job.entry.ttl.redisMilliseconds)")
    if job.entry.onlyIfAbsent { command.append(text: "NX") }
    return command
  }

  /// A key is indexed before it is written: an index that names a key too many does no harm, one too few does.
  private func indexCommands(for batch: [Job]) -> [RedisCommand] {
    let longest = batch.map(\.entry.ttl.redisMilliseconds).max() ?? 0
    let lifetime = indexLifetime.max(longest, ordering: .relaxed).newValue
    var keys: [String: [CacheKey]] = [:]
    for job in batch {
      if let workspace = job.workspace { keys[workspace, default: []].append(job.entry.key) }
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
