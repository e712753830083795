import Synchronization

/// Slows down guessing: counts failed logins by account and address, and by account alone with ten times the allowance.
///
/// In this process only. Accounts are kept as seeded hashes, never as text, and their number is bounded.
final class LoginThrottle: Sendable {
  private struct Entry {
    var failures: Int
    /// When the count starts anew, in seconds since 1970.
    var resetAt: Int64
  }

  private let entries = Mutex<[Int: Entry]>([:])
  private let limit: Int
  private let window: Int64
  private let capacity: Int

  /// - Parameters:
  ///   - limit: failures within the window that one address may have with one account.
  ///   - capacity: accounts and addresses watched; beyond it new ones are not, rather than old ones forgotten.
  init(limit: Int, window: Duration, capacity: Int = 100_000) {
    self.limit = limit
    self.window = max(1, window.components.seconds)
    self.capacity = capacity
  }

  /// Seconds to wait before the next try; nil when a try is allowed.
  func waitingTime(account: String, address: String, at instant: Int64) -> Int? {
    entries.withLock { entries in
      keys(account, address)
        .compactMap { key, limit in
          guard let entry = entries[key], entry.resetAt > instant, entry.failures >= limit else { return nil }
          return Int(entry.resetAt - instant)
        }
        .max()
    }
  }

  func recordFailure(account: String, address: String, at instant: Int64) {
    entries.withLock { entries in
      for (key, _) in keys(account, address) {
        if let entry = entries[key], entry.resetAt > instant {
          entries[key] = Entry(failures: entry.failures + 1, resetAt: entry.resetAt)
        } else {
          makeRoom(in: &entries, at: instant)
          guard entries.count < capacity else { continue }
          entries[key] = Entry(failures: 1, resetAt: instant + window)
        }
      }
    }
  }

  /// A success clears the account's count at that address, so that a person who mistyped starts anew.
  func recordSuccess(account: String, address: String) {
    entries.withLock { _ = $0.removeValue(forKey: keys(account, address)[0].key) }
  }

  private func makeRoom(in entries: inout [Int: Entry], at instant: Int64) {
    guard entries.count >= capacity else { return }
    entries = entries.filter { $0.value.resetAt > instant }
  }

  private func keys(_ account: String, _ address: String) -> [(key: Int, limit: Int)] {
    var both = Hasher()
    both.combine(account)
    both.combine(address)
    var alone = Hasher()
    alone.combine(account)
    return [(both.finalize(), limit), (alone.finalize(), limit * 10)]
  }
}
