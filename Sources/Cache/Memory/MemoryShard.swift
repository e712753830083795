import Synchronization

/// A part of the memory with a lock of its own.
final class MemoryShard: Sendable {
  private struct State {
    var entries: S3FIFO<CacheKey, MemoryEntry>
    /// For each stripe of keys, the number of the last notice for one of them.
    var notices = [UInt64](repeating: 0, count: MemoryShard.stripes)
  }

  /// Keys share the numbers of their notices by so many. The more, the less often a notice for one key keeps another,
  /// read at that moment, out of the memory.
  private static let stripes = 256

  private let state: Mutex<State>

  /// - Parameter onEviction: told of each entry that has to leave for another, under the lock.
  init(capacity: Int, onEviction: (@Sendable (MemoryEntry) -> Void)? = nil) {
    state = Mutex(State(entries: S3FIFO(capacity: capacity, onEviction: onEviction)))
  }

  /// The entry of a key, unless it has expired.
  func entry(_ key: CacheKey, at now: ContinuousClock.Instant) -> MemoryEntry? {
    state.withLock { state in
      guard let entry = state.entries.use(key) else { return nil }
      guard entry.isExpired(at: now) else { return entry }
      state.entries.remove(key)
      return nil
    }
  }

  /// Keeps an entry, unless a notice that its key has changed came after `ticket`.
  func insert(_ entry: MemoryEntry, ticket: UInt64) -> Bool {
    state.withLock { state in
      guard state.notices[stripe(entry.key)] <= ticket else { return false }
      state.entries.insert(entry.key, entry, cost: entry.ownCost)
      return true
    }
  }

  /// Takes note that what stands in Redis under a key has changed.
  func drop(_ key: CacheKey, notice: UInt64) {
    let dropped = state.withLock { state in
      // Notices of Redis and changes of our own do not come in the order of their numbers.
      let stripe = stripe(key)
      state.notices[stripe] = max(state.notices[stripe], notice)
      return state.entries.remove(key)
    }
    // Outside of the lock: what is derived may be large.
    _ = dropped
  }

  /// Takes note that everything may have changed.
  func dropAll(notice: UInt64) {
    let dropped = state.withLock { state in
      for stripe in state.notices.indices { state.notices[stripe] = max(state.notices[stripe], notice) }
      return state.entries.removeAll()
    }
    _ = dropped
  }

  /// Counts what is derived from an entry, if the entry is still here.
  func charge(_ entry: MemoryEntry, derived: Int) {
    state.withLock { state in
      guard state.entries.peek(entry.key) === entry else { return }
      state.entries.setCost(entry.ownCost + derived, of: entry.key)
    }
  }

  var contents: (entries: Int, bytes: Int, evictions: Int) {
    state.withLock { ($0.entries.count, $0.entries.cost, $0.entries.evictions) }
  }

  private func stripe(_ key: CacheKey) -> Int {
    // The lowest bits have chosen the shard.
    (key.digest >> 8) & (Self.stripes - 1)
  }
}
