import Cache
import Logging
import ServiceLifecycle
import Synchronization

/// Carries revocations between the instances, so that checking a token needs no round trip.
///
/// A logout writes `revoked:{jti}` (expiring with the token) and a member of the sorted set `revocations`, whose score is
/// the moment of the logout. Every instance reads the whole set at start and, once a second, what was added of late, into
/// its ``TokenMemory``. It uses the Redis that does not evict. With that Redis away the tokens revoked here stay revoked
/// here, are announced as soon as it is back, and those of other instances become known then.
final class RevocationFeed: Service {
  private struct State {
    /// Milliseconds since 1970 of the last read that worked; nil before the first.
    var readAt: Int64?
    /// Revoked here and not announced yet.
    var unannounced: [VerifiedToken] = []
    /// Whether the last read failed, so that only changes are logged.
    var isFailing = false
  }

  private let redis: RedisClient
  private let memory: TokenMemory
  private let logger: Logger
  private let state = Mutex(State())

  /// Name of the sorted set. Members are `<exp>:<jti>`.
  static let setKey = "revocations"
  /// Reads reach back so far beyond the last one, for clocks that differ and announcements that came late.
  private static let overlap: Int64 = 60_000
  /// The longest lifetime that a token can be given (JWT_TTL_SECONDS), after which a revocation means nothing.
  private static let retention: Int64 = 2_592_000_000
  private static let interval = Duration.seconds(1)
  /// Beyond this, revocations made while Redis is away are not announced later; they hold here all the same.
  private static let maximumUnannounced = 10_000

  init(redis: RedisClient, memory: TokenMemory, logger: Logger) {
    self.redis = redis
    self.memory = memory
    self.logger = logger
  }

  /// Follows the others' revocations until shutdown.
  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        await self.refresh()
        try? await Task.sleep(for: Self.interval)
      }
    }
    _ = await announce()
  }

  /// Revokes a token here at once and tells the others. One Redis round trip.
  /// - Returns: whether the others can know of it.
  func revoke(_ token: VerifiedToken) async -> Bool {
    memory.revoke(token.tokenID, until: token.expiresAt, at: UnixTime.now())
    state.withLock { state in
      if state.unannounced.count < Self.maximumUnannounced { state.unannounced.append(token) }
    }
    return await announce()
  }

  /// Announces what is left over and reads what is new. At most two Redis round trips.
  func refresh() async {
    _ = await announce()
    let now = UnixTime.milliseconds()
    let from = state.withLock { $0.readAt }.map { "\($0 - Self.overlap)" } ?? "-inf"
    do throws(CacheError) {
      let replies = try await redis.pipeline([RedisCommand("ZRANGEBYSCORE", Self.setKey, from, "+inf")])
      guard let reply = replies.first, case .array(let members) = try reply.value() else { return }
      for member in members { learn(member.text ?? "") }
      noteRead(at: now)
    } catch {
      noteFailure(error)
    }
  }

  private func learn(_ member: String) {
    let halves = member.split(separator: ":", maxSplits: 1)
    guard halves.count == 2, let expiresAt = Int64(halves[0]) else { return }
    memory.revoke(String(halves[1]), until: expiresAt, at: UnixTime.now())
  }

  private func announce() async -> Bool {
    let waiting = state.withLock { state in
      let waiting = state.unannounced
      state.unannounced = []
      return waiting
    }
    guard !waiting.isEmpty else { return true }
    do throws(CacheError) {
      for reply in try await redis.pipeline(commands(for: waiting)) { _ = try reply.value() }
      return true
    } catch {
      state.withLock { $0.unannounced.insert(contentsOf: waiting, at: 0) }
      noteFailure(error)
      return false
    }
  }

  private func commands(for tokens: [VerifiedToken]) -> [RedisCommand] {
    let now = UnixTime.milliseconds()
    var commands: [RedisCommand] = []
    for token in tokens {
      let remaining = max(1, token.expiresAt * 1000 - now)
      commands.append(RedisCommand("SET", "revoked:\(token.tokenID)", "1", "PX", "\(remaining)"))
      commands.append(RedisCommand("ZADD", Self.setKey, "\(now)", "\(token.expiresAt):\(token.tokenID)"))
    }
    commands.append(RedisCommand("ZREMRANGEBYSCORE", Self.setKey, "-inf", "\(now - Self.retention)"))
    return commands
  }

  private func noteRead(at instant: Int64) {
    let wasFailing = state.withLock { state in
      defer {
        state.readAt = instant
        state.isFailing = false
      }
      return state.isFailing
    }
    if wasFailing { logger.notice("Revoked tokens are read again") }
  }

  private func noteFailure(_ error: CacheError) {
    let wasFailing = state.withLock { state in
      defer { state.isFailing = true }
      return state.isFailing
    }
    guard !wasFailing else { return }
    logger.warning(
      "Revoked tokens cannot be exchanged with Redis; trying every second",
      metadata: ["error": "\(String(reflecting: error))"]
    )
  }
}
