public import Logging
import Synchronization

/// Limits the requests of each key, such as a workspace, over all instances.
///
/// Each instance takes a hundredth of the limit ahead and hands it out itself, asking for more in the background before
/// it is used up; a key over its limit is refused here until Redis said that it has a chance again. So hardly any request
/// waits for Redis, and one that must ask can do so in a batch of its own (``question(for:)``). What is taken ahead and
/// not used within the period is lost, so in the worst case an instance lets through one hundredth more, or less.
///
/// Without Redis each instance applies the limit by itself.
public final class RateLimiter: Sendable {
  /// A question to Redis that a caller puts among its own commands.
  public struct Question: Sendable {
    public let command: RedisCommand
    fileprivate let key: String
  }

  private struct Entry {
    var account: RateLimitAccount
    /// Whether Redis is being asked.
    var isAsking = false
    /// Those who wait for its answer.
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private struct State {
    var entries: [String: Entry] = [:]
    var sweepAt = RateLimiter.firstSweep
  }

  /// Keys that are known before those are looked for that can be forgotten.
  private static let firstSweep = 4096

  public let policy: RateLimitPolicy
  private let redis: RedisClient
  private let log: OccasionalLog
  private let state = Mutex(State())

  public init(redis: RedisClient, policy: RateLimitPolicy, logger: Logger) {
    self.redis = redis
    self.policy = policy
    log = OccasionalLog(logger, interval: redis.configuration.logInterval)
  }

  // MARK: Deciding

  /// Decides at once if that is possible without a word of Redis; nil when it must be asked.
  public func decideImmediately(_ key: String) -> RateLimitDecision? {
    let now = ContinuousClock.now
    let (decision, isFilling) = state.withLock { state in
      let verdict = entry(key, &state, at: now) { $0.account.request(at: now) }
      guard case .decided(let decision) = verdict else { return (nil as RateLimitDecision?, false) }
      return (decision, entry(key, &state, at: now) { Self.beginFilling(&$0, at: now) })
    }
    if isFilling { Task { await ask(key, wanted: policy.chunk) } }
    return decision
  }

  /// Decides, asking Redis if need be: at most a few round trips, one in most cases.
  public func decide(_ key: String) async -> RateLimitDecision {
    while true {
      if let decision = decideImmediately(key) { return decision }
      await askTogether(key)
    }
  }

  private static func beginFilling(_ entry: inout Entry, at now: ContinuousClock.Instant) -> Bool {
    guard !entry.isAsking, entry.account.isLow(at: now) else { return false }
    entry.isAsking = true
    return true
  }

  // MARK: Asking

  /// The question that would let ``decideImmediately(_:)`` decide, for a batch that goes to Redis anyway. Its reply goes to
  /// ``take(_:to:)``.
  public func question(for key: String) -> Question {
    Question(
      command: RateLimitScript.command(key, policy, wanted: policy.chunk, withText: false),
      key: key
    )
  }

  /// - Parameter reply: nil when there is none.
  public func take(_ reply: RedisReply?, to question: Question) async {
    if let reply, RateLimitScript.isUnknown(reply) {
      return await ask(question.key, wanted: policy.chunk, withText: true)
    }
    settle(question.key, reply.flatMap(read))
  }

  /// One asks for all who wait; the others wait for its answer.
  private func askTogether(_ key: String) async {
    let now = ContinuousClock.now
    let asks = state.withLock { state in
      entry(key, &state, at: now) { entry in
        defer { entry.isAsking = true }
        return !entry.isAsking
      }
    }
    if asks { return await ask(key, wanted: policy.chunk) }
    await withCheckedContinuation { continuation in
      let isOver = state.withLock { state in
        entry(key, &state, at: now) { entry in
          if entry.isAsking { entry.waiting.append(continuation) }
          return !entry.isAsking
        }
      }
      if isOver { continuation.resume() }
    }
  }

  /// Only one at a time asks for a key, in whose entry that is marked.
  private func ask(_ key: String, wanted: Int, withText: Bool = false) async {
    let waiting = state.withLock { $0.entries[key]?.waiting.count ?? 0 }
    let wanted = max(wanted, min(waiting, policy.limit))
    do throws(CacheError) {
      let command = RateLimitScript.command(key, policy, wanted: wanted, withText: withText)
      let reply = try await redis.pipeline([command]).first
      if !withText, let reply, RateLimitScript.isUnknown(reply) {
        return await ask(key, wanted: wanted, withText: true)
      }
      settle(key, reply.flatMap(read))
    } catch {
      log.warning("Requests are counted here alone", detail: error.debugDescription)
      settle(key, nil)
    }
  }

  private func read(_ reply: RedisReply) -> RateMeter.Reading? {
    do throws(CacheError) {
      return try RateLimitScript.reading(reply)
    } catch {
      log.warning("Requests are counted here alone", detail: error.debugDescription)
      return nil
    }
  }

  private func settle(_ key: String, _ reading: RateMeter.Reading?) {
    let now = ContinuousClock.now
    let waiting = state.withLock { state in
      entry(key, &state, at: now) { entry in
        if let reading { entry.account.take(reading, at: now) } else { entry.account.fail(at: now) }
        entry.isAsking = false
        defer { entry.waiting = [] }
        return entry.waiting
      }
    }
    for continuation in waiting { continuation.resume() }
  }

  // MARK: Entries

  private func entry<R>(
    _ key: String,
    _ state: inout State,
    at now: ContinuousClock.Instant,
    _ body: (inout Entry) -> R
  ) -> R {
    if state.entries[key] == nil { forgetIdle(&state, at: now) }
    return body(&state.entries[key, default: Entry(account: RateLimitAccount(policy, at: now))])
  }

  /// Looks through all entries each time that their number has doubled.
  private func forgetIdle(_ state: inout State, at now: ContinuousClock.Instant) {
    guard state.entries.count >= state.sweepAt else { return }
    state.entries = state.entries.filter { $0.value.isAsking || !$0.value.account.isIdle(at: now) }
    state.sweepAt = max(Self.firstSweep, 2 * state.entries.count)
  }
}
