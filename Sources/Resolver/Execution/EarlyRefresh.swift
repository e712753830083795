import Cache
import JSON
import Synchronization

/// Computes bodies anew a little before they expire, or while they are served stale, so that nobody waits for it.
///
/// Each request that finds a body near its end draws whether to begin; the nearer the end, the likelier. So many keys of one
/// age are not computed at one moment, and a key that nobody asks for is not computed at all. One instance does it, by lease.
struct EarlyRefresh: Sendable {
  let services: EngineServices
  let workspace: String

  /// Whether a body that is fresh for so long should be computed anew by this request.
  static func isDue(_ remaining: Duration, _ policy: CachePolicy, draw: Double = .random(in: 0..<1)) -> Bool {
    remaining < policy.refreshMargin * draw
  }

  /// Begins behind the caller's back, for those that are not under way already.
  func begin(_ calls: [RootCall]) {
    let mine = calls.filter { call in call.key.map { services.refreshes.begin($0, workspace) } ?? false }
    guard !mine.isEmpty else { return }
    for call in mine { services.tally.update(call.root) { $0.refreshes += 1 } }
    Task {
      if !(await refresh(mine)) { try? await Task.sleep(for: Self.pauseAfterFailure) }
      for call in mine { if let key = call.key { services.refreshes.end(key, workspace) } }
    }
  }

  /// - Returns: whether all is well.
  private func refresh(_ calls: [RootCall]) async -> Bool {
    let fetcher = RootFetcher(services: services, workspace: workspace)
    let cached = await fetcher.read(calls, .redisOnly) { _, _ in true }
    // What cannot be stored need not be computed.
    guard cached.generations.allSatisfy({ $0 != nil }) else { return false }
    let due = calls.indices.filter { index in
      guard let policy = services.binding.roots[calls[index].root].cache else { return false }
      return !cached.foreign.contains(index) && cached.leases[index] != .elsewhere
        && cached.remaining[index] <= policy.refreshMargin
    }
    let fetched = await fetcher.fetch(due.map { calls[$0] }, cached: cached, at: due)
    return fetched.allSatisfy { if case .failure = $0.outcome { false } else { true } }
  }

  private static let pauseAfterFailure = Duration.seconds(1)
}

/// Which bodies are being computed early.
final class RefreshTable: Sendable {
  private struct Place: Hashable {
    let key: CacheKey
    let workspace: String
  }

  private let places = Mutex<Set<Place>>([])

  /// - Returns: whether nobody had begun.
  func begin(_ key: CacheKey, _ workspace: String) -> Bool {
    places.withLock { $0.insert(Place(key: key, workspace: workspace)).inserted }
  }

  func end(_ key: CacheKey, _ workspace: String) {
    places.withLock { _ = $0.remove(Place(key: key, workspace: workspace)) }
  }
}
