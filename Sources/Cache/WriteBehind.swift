import Synchronization

/// Runs writes after the answer is on its way: a bounded number at once, the rest is dropped.
final class WriteBehind: Sendable {
  private struct State {
    var pending = 0
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  private let maximum: Int
  private let state = Mutex(State())

  init(maximum: Int) {
    self.maximum = maximum
  }

  /// Starts a write; false when too many are under way, and then nothing happens.
  func start(_ write: @escaping @Sendable () async -> Void) -> Bool {
    let accepted = state.withLock { state in
      guard state.pending < maximum else { return false }
      state.pending += 1
      return true
    }
    guard accepted else { return false }
    Task {
      await write()
      finish()
    }
    return true
  }

  /// Waits until no write is under way.
  func flush() async {
    await withCheckedContinuation { continuation in
      let isIdle = state.withLock { state in
        if state.pending > 0 { state.waiters.append(continuation) }
        return state.pending == 0
      }
      if isIdle { continuation.resume() }
    }
  }

  private func finish() {
    let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      state.pending -= 1
      guard state.pending == 0 else { return [] }
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
  }
}
