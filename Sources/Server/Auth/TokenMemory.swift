import Synchronization

/// What this process knows of tokens: claims already verified, and ids revoked. Bounded; one short lock a look-up.
///
/// Verified tokens live in two generations: when the young one is full it becomes the old one, and what was in the old
/// one and not asked for since is forgotten. That keeps the busy tokens at O(1) without a list of uses.
final class TokenMemory: Sendable {
  private struct State {
    var young: [String: VerifiedToken] = [:]
    var old: [String: VerifiedToken] = [:]
    /// Token id → when it expires by itself.
    var revoked: [String: Int64] = [:]
    /// When expired revocations are swept next.
    var sweepAt: Int64 = 0
  }

  enum Answer: Equatable {
    case verified(VerifiedToken)
    case revoked
    case expired
    case unknown
  }

  private let state = Mutex(State())
  private let generationSize: Int

  /// - Parameter capacity: how many verified tokens are remembered at most.
  init(capacity: Int = 20_000) {
    generationSize = max(1, capacity / 2)
  }

  func find(_ token: String, at instant: Int64) -> Answer {
    state.withLock { state in
      guard let verified = Self.lookUp(token, in: &state, generationSize) else { return .unknown }
      if state.revoked[verified.tokenID] != nil { return .revoked }
      return verified.expiresAt > instant ? .verified(verified) : .expired
    }
  }

  /// Keeps a verified token; false when its id was revoked meanwhile.
  func remember(_ verified: VerifiedToken, for token: String, at instant: Int64) -> Bool {
    state.withLock { state in
      guard state.revoked[verified.tokenID] == nil else { return false }
      Self.insert(verified, for: token, in: &state, generationSize)
      return true
    }
  }

  /// From now on no token with this id is accepted here. Remembered until the token would expire by itself.
  func revoke(_ tokenID: String, until expiresAt: Int64, at instant: Int64) {
    state.withLock { state in
      if expiresAt > instant { state.revoked[tokenID] = expiresAt }
      guard instant >= state.sweepAt else { return }
      state.revoked = state.revoked.filter { $0.value > instant }
      state.sweepAt = instant + 60
    }
  }

  /// How many tokens and revocations are held.
  var counts: (verified: Int, revoked: Int) {
    state.withLock { ($0.young.count + $0.old.count, $0.revoked.count) }
  }

  private static func lookUp(_ token: String, in state: inout State, _ size: Int) -> VerifiedToken? {
    if let verified = state.young[token] { return verified }
    guard let verified = state.old.removeValue(forKey: token) else { return nil }
    insert(verified, for: token, in: &state, size)
    return verified
  }

  private static func insert(_ verified: VerifiedToken, for token: String, in state: inout State, _ size: Int) {
    if state.young.count >= size {
      state.old = state.young
      state.young = [:]
    }
    state.young[token] = verified
  }
}
