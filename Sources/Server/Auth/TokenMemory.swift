import Synchronization

/// What this process knows of tokens: claims already verified, and ids revoked. Bounded; one short lock a look-up.
final class TokenMemory: Sendable {
  private struct State {
    var verified: Generations<String, VerifiedToken>
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

  private let state: Mutex<State>

  /// - Parameter capacity: how many verified tokens are remembered at most.
  init(capacity: Int = 20_000) {
    state = Mutex(State(verified: Generations(capacity: capacity)))
  }

  func find(_ token: String, at instant: Int64) -> Answer {
    state.withLock { state in
      guard let verified = state.verified.find(token) else { return .unknown }
      if state.revoked[verified.tokenID] != nil { return .revoked }
      return verified.expiresAt > instant ? .verified(verified) : .expired
    }
  }

  /// Keeps a verified token; false when its id was revoked meanwhile.
  func remember(_ verified: VerifiedToken, for token: String, at instant: Int64) -> Bool {
    state.withLock { state in
      guard state.revoked[verified.tokenID] == nil else { return false }
      state.verified.insert(verified, under: token)
      return true
    }
  }

  /// Whether a token that was verified before still is what it was.
  func holds(_ verified: VerifiedToken, at instant: Int64) -> Bool {
    verified.expiresAt > instant && state.withLock { $0.revoked.isEmpty || $0.revoked[verified.tokenID] == nil }
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
    state.withLock { ($0.verified.count, $0.revoked.count) }
  }
}
