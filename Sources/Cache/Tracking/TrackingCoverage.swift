import Synchronization

/// What several servers say of changes, put together for a ``MemoryTier``: it is in step while all of them tell, and as
/// of the moment that the slowest of them has confirmed.
final class TrackingCoverage: Sendable {
  typealias Endpoint = RedisAddress.Endpoint

  private struct Member {
    var isTracking = false
    var confirmedAsOf: ContinuousClock.Instant?
  }

  private struct State {
    var members: [Endpoint: Member] = [:]
    /// Whether the memory has been told that all is tracked.
    var isWhole = false
  }

  private let memory: MemoryTier
  /// The memory is told under the lock, so that it hears things in their order.
  private let state = Mutex(State())

  init(_ memory: MemoryTier) {
    self.memory = memory
  }

  /// From now on these servers hold the keys. Those that tell already go on.
  func expect(_ endpoints: [Endpoint]) {
    state.withLock { state in
      guard Set(state.members.keys) != Set(endpoints) else { return }
      end(&state)
      let known = state.members
      state.members = [:]
      for endpoint in endpoints { state.members[endpoint] = known[endpoint] ?? Member() }
      beginIfWhole(&state)
    }
  }

  /// A server tells of every change from now on.
  func began(_ endpoint: Endpoint) {
    state.withLock { state in
      guard state.members[endpoint] != nil else { return }
      state.members[endpoint] = Member(isTracking: true)
      beginIfWhole(&state)
    }
  }

  /// A server does not tell any more.
  func ended(_ endpoint: Endpoint) {
    state.withLock { state in
      guard state.members[endpoint] != nil else { return }
      state.members[endpoint] = Member()
      end(&state)
    }
  }

  /// A server has told of everything that changed before `moment`.
  func confirmed(_ endpoint: Endpoint, asOf moment: ContinuousClock.Instant) {
    state.withLock { state in
      guard state.members[endpoint] != nil else { return }
      state.members[endpoint]?.confirmedAsOf = moment
      confirmIfWhole(state)
    }
  }

  func noticed(_ keys: [CacheKey]) {
    memory.noticed(keys)
  }

  func noticedFlush() {
    memory.noticedFlush()
  }

  /// What is read of these keys at present comes from a server that is none of ours.
  func forget(_ keys: [CacheKey]) {
    memory.drop(keys)
  }

  private func beginIfWhole(_ state: inout State) {
    guard !state.isWhole, !state.members.isEmpty, state.members.values.allSatisfy(\.isTracking) else { return }
    state.isWhole = true
    memory.trackingBegan()
    confirmIfWhole(state)
  }

  private func confirmIfWhole(_ state: State) {
    guard state.isWhole else { return }
    let moments = state.members.values.compactMap(\.confirmedAsOf)
    if moments.count == state.members.count, let earliest = moments.min() { memory.confirmed(asOf: earliest) }
  }

  private func end(_ state: inout State) {
    state.isWhole = false
    memory.trackingEnded()
  }
}
