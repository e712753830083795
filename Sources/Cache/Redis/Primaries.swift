import Synchronization

/// Somebody to whom it matters which servers hold the keys.
protocol PrimariesObserver: AnyObject, Sendable {
  /// From now on these hold all keys; none while that is not known. Called before any command goes to a new one, under
  /// a lock: it may not wait.
  func primariesChanged(to endpoints: [RedisAddress.Endpoint])
  /// The values of these keys are about to be asked of a server that may be none of the primaries. Called likewise.
  func askedElsewhere(_ keys: [CacheKey])
}

/// The servers that hold the keys of a client at this moment, for those whom it concerns.
final class Primaries: Sendable {
  private struct State {
    var endpoints: [RedisAddress.Endpoint]
    var observers: [any PrimariesObserver] = []
  }

  private let state: Mutex<State>

  init(_ endpoints: [RedisAddress.Endpoint]) {
    state = Mutex(State(endpoints: endpoints))
  }

  /// - Returns: whether they were others before.
  @discardableResult
  func change(to endpoints: [RedisAddress.Endpoint]) -> Bool {
    state.withLock { state in
      guard Set(endpoints) != Set(state.endpoints) else { return false }
      state.endpoints = endpoints
      for observer in state.observers { observer.primariesChanged(to: endpoints) }
      return true
    }
  }

  func askedElsewhere(_ keys: [CacheKey]) {
    state.withLock { state in
      for observer in state.observers { observer.askedElsewhere(keys) }
    }
  }

  /// Tells of the present ones at once, and of others when they change, until ``remove(_:)``.
  func add(_ observer: any PrimariesObserver) {
    state.withLock { state in
      state.observers.append(observer)
      observer.primariesChanged(to: state.endpoints)
    }
  }

  func remove(_ observer: any PrimariesObserver) {
    state.withLock { state in state.observers.removeAll { $0 === observer } }
  }
}
