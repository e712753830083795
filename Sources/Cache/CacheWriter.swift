import Synchronization

/// The queue of values to be stored, and the one task that stores them while there are any.
///
/// Many small writes share a round trip; nobody waits for them, so when Redis is slow the queue fills up and then drops.
final class CacheWriter: Sendable {
  private struct Job {
    enum Task {
      /// Stores a value, indexes its key, and gives its lease back.
      case store(CacheWrite)
      /// Indexes the key of a value that somebody else has stored.
      case index(expiry: WallClock.Milliseconds?)
      /// Gives a lease back.
      case release
    }

    let key: CacheKey
    let workspace: String?
    let task: Task

    var entry: CacheWrite? { if case .store(let entry) = task { entry } else { nil } }

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
    enqueue(entries.map { Job(key: $0.key, workspace: workspace, task: .store($0)) })
  }

  /// Indexes the key of a value that is in Redis already.
  func index(_ key: CacheKey, ttl: Duration?, workspace: String) {
    let expiry = ttl.map { WallClock.milliseconds + $0.redisMilliseconds }
    enqueue([Job(key: key, workspace: workspace, task: .index(expiry: expiry))])
  }

  /// Gives leases back.
  func release(_ keys: [CacheKey], workspace: String) {
    guard leases != nil else { return }
    enqueue(keys.map { Job(key: $0, workspace: workspace, task: .release) })
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
    let indexing = additions(for: batch)
    let commands = indexing.flatMap(\.commands)
    do throws(CacheError) {
      let replies = try await redis.pipeline(commands + entries.map(setCommand) + releaseCommands(for: batch))
      count(replies.dropFirst(commands.count).prefix(entries.count))
      await replaceDamaged(indexing, replies)
    } catch {
      tally.update { $0.writeFailures += entries.count }
      log.warning("Cached values not stored", detail: error.debugDescription)
    }
  }

  private func count(_ replies: ArraySlice<RedisReply>) {
    var (failures, declined) = (0, 0)
    for reply in replies {
      switch reply {
      case .error(let text):
        failures += 1
        log.warning("Cached value refused", detail: text)
      // `NX`: something stands there that is left alone.
      case .null: declined += 1
      default: break
      }
    }
    tally.update {
      $0.writes += replies.count - failures - declined
      $0.writeFailures += failures
    }
  }

  /// An index that is something else is removed, and begun anew.
  private func replaceDamaged(_ indexing: [WorkspaceIndex.Additions], _ replies: [RedisReply]) async {
    let firsts = indexing.indices.map { replies[$0 * WorkspaceIndex.Additions.commandCount] }
    let damaged = zip(indexing, firsts).filter { $1.isWrongType }.map(\.0)
    guard !damaged.isEmpty else { return }
    _ = try? await redis.pipeline(damaged.flatMap { [RedisCommand("UNLINK", $0.index.key)] + $0.commands })
    log.warning("The index of a workspace was no sorted set and is replaced", detail: damaged[0].index.key.description)
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
      guard let workspace = job.workspace else { return nil }
      switch job.task {
      case .store(let entry) where entry.isLeased: return leases.release(job.key, workspace: workspace)
      case .release: return leases.release(job.key, workspace: workspace)
      case .store, .index: return nil
      }
    }
  }

  /// A key is indexed before it is written: an index that names a key too many does no harm, one too few does.
  private func additions(for batch: [Job]) -> [WorkspaceIndex.Additions] {
    let longest = batch.compactMap { $0.entry?.ttl.redisMilliseconds }.max() ?? 0
    let lifetime = indexLifetime.max(longest, ordering: .relaxed).newValue
    let now = WallClock.milliseconds
    var additions: [String: WorkspaceIndex.Additions] = [:]
    for job in batch {
      guard let workspace = job.workspace else { continue }
      let expiry: WallClock.Milliseconds?
      switch job.task {
      case .store(let entry): expiry = now + entry.ttl.redisMilliseconds
      case .index(let found): expiry = found
      case .release: continue
      }
      let empty = WorkspaceIndex.Additions(index: WorkspaceIndex(of: workspace), lifetime: lifetime)
      additions[workspace, default: empty].keys.append((job.key, expiry))
    }
    return Array(additions.values)
  }
}
