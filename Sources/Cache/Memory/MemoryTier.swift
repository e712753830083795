import Synchronization

/// What Redis holds, as far as it has been read of late, in memory: the first tier of a ``FieldCache``.
///
/// Redis tells of every change of a tracked key (``TrackingConnection``), and the entry is dropped. Three rules keep
/// a value from being used after it has changed; docs/decisions/0008-memory-tier.md says why they do.
///
/// 1. *Tickets.* A value read from Redis is kept only if no notice for its key came since before the read.
/// 2. *Confirmation.* Entries are used only while Redis has confirmed of late that no notice is outstanding.
/// 3. *Sessions.* Without tracking nothing is kept; when it begins again, it begins with an empty memory.
final class MemoryTier: Sendable {
  /// Stands for a moment: what is read from Redis after it may be kept unless it changes.
  struct Ticket: Sendable {
    fileprivate let notice: UInt64
  }

  private let shards: [MemoryShard]
  private let prefixes: [[UInt8]]
  private let capacity: Int
  private let evictions: Tally<[Int]>
  private let maximumStaleness: Duration
  /// Notices are numbered from 1.
  private let lastNotice = Atomic<UInt64>(0)
  private let isTracking = Atomic<Bool>(false)
  /// Until when entries may be used: nanoseconds since `origin`.
  private let confirmedUntil = Atomic<Int64>(.min)
  private let origin = ContinuousClock.now
  private let tally = Tally(MemoryStatistics())

  /// The smallest part that gets a lock of its own: large bodies must fit in.
  private static let shardBytes = 4 << 20
  private static let maximumShards = 16

  init(_ configuration: MemoryConfiguration) {
    let count = min(max(1, configuration.maximumBytes / Self.shardBytes), Self.maximumShards)
    prefixes = configuration.trackedPrefixes
    capacity = configuration.maximumBytes
    let evictions = Tally(Array(repeating: 0, count: prefixes.count))
    self.evictions = evictions
    shards = (0..<count).map { _ in
      MemoryShard(capacity: configuration.maximumBytes / count) { entry in
        evictions.update { $0[entry.prefix] += 1 }
      }
    }
    maximumStaleness = configuration.maximumStaleness
  }

  deinit {
    // An entry knows its shard.
    for shard in shards { shard.dropAll(notice: .max) }
  }

  // MARK: Reading

  /// Whether entries may be used now.
  func isUsable(at now: ContinuousClock.Instant) -> Bool {
    (now - origin).wholeNanoseconds < confirmedUntil.load(ordering: .acquiring)
  }

  /// The entry of a key. Only to be used when ``isUsable(at:)`` at that moment.
  func entry(_ key: CacheKey, at now: ContinuousClock.Instant) -> MemoryEntry? {
    shard(of: key).entry(key, at: now)
  }

  // MARK: Keeping

  /// To be taken before the command that reads a value is sent.
  func ticket() -> Ticket {
    Ticket(notice: lastNotice.load(ordering: .sequentiallyConsistent))
  }

  /// Makes the entry of a value that was read from Redis, and keeps it if that is allowed.
  func keep(_ key: CacheKey, _ bytes: [UInt8], expiry: ContinuousClock.Instant?, _ ticket: Ticket) -> MemoryEntry {
    guard isTracking.load(ordering: .acquiring),
      let prefix = prefixes.firstIndex(where: { key.bytes.starts(with: $0) })
    else {
      return MemoryEntry(key: key, bytes: bytes, expiry: expiry)
    }
    let shard = shard(of: key)
    let entry = MemoryEntry(key: key, bytes: bytes, expiry: expiry, home: shard, prefix: prefix)
    if !shard.insert(entry, ticket: ticket.notice) { tally.update { $0.refusals += 1 } }
    return entry
  }

  // MARK: Changes in Redis

  /// The values of some keys have changed.
  func drop(_ keys: some Collection<CacheKey>) {
    for key in keys { shard(of: key).drop(key, notice: number()) }
  }

  /// Redis says that the values of some keys have changed.
  func noticed(_ keys: [CacheKey]) {
    tally.update { $0.notices += keys.count }
    drop(keys)
  }

  /// Redis says that all keys are gone.
  func noticedFlush() {
    tally.update { $0.flushes += 1 }
    dropAll()
  }

  /// From now on Redis tells of every change.
  func trackingBegan() {
    // What is being read at this moment may have changed before.
    dropAll()
    isTracking.store(true, ordering: .releasing)
    tally.update { $0.sessions += 1 }
  }

  /// Redis has told of everything that changed before `moment`.
  func confirmed(asOf moment: ContinuousClock.Instant) {
    let until = (moment + maximumStaleness - origin).wholeNanoseconds
    confirmedUntil.store(until, ordering: .releasing)
  }

  /// From now on changes are not heard of.
  func trackingEnded() {
    confirmedUntil.store(.min, ordering: .sequentiallyConsistent)
    isTracking.store(false, ordering: .sequentiallyConsistent)
    dropAll()
  }

  private func dropAll() {
    let notice = number()
    for shard in shards { shard.dropAll(notice: notice) }
  }

  private func number() -> UInt64 {
    lastNotice.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue
  }

  private func shard(of key: CacheKey) -> MemoryShard {
    shards[Int(UInt(bitPattern: key.digest) & 0xff) % shards.count]
  }

  // MARK: Statistics

  var statistics: MemoryStatistics {
    var statistics = tally.snapshot
    statistics.maximumBytes = capacity
    for (prefix, count) in zip(prefixes, evictions.snapshot) {
      statistics.evictionsByPrefix[String(decoding: prefix, as: UTF8.self)] = count
    }
    statistics.isTracking = isTracking.load(ordering: .relaxed)
    for shard in shards {
      let contents = shard.contents
      statistics.entries += contents.entries
      statistics.bytes += contents.bytes
      statistics.evictions += contents.evictions
    }
    return statistics
  }
}

extension Duration {
  /// Saturates after 292 years.
  var wholeNanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (product, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    return overflows ? (seconds < 0 ? .min : .max) : product + attoseconds / 1_000_000_000
  }
}
