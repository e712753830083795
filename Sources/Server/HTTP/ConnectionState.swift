import NIOCore
import Synchronization

/// Whether the client at the other end of a connection is still there.
final class ConnectionState: Sendable {
  struct Watch: Sendable {
    fileprivate let number: UInt64
  }

  private struct State {
    var isClosed = false
    var watches: [UInt64: @Sendable () -> Void] = [:]
    var lastNumber: UInt64 = 0
  }

  private let state = Mutex(State())

  /// Calls back once when the client goes away; at once when it is gone.
  func onClose(_ body: @escaping @Sendable () -> Void) -> Watch {
    let (number, isClosed) = state.withLock { state in
      state.lastNumber += 1
      if !state.isClosed { state.watches[state.lastNumber] = body }
      return (state.lastNumber, state.isClosed)
    }
    if isClosed { body() }
    return Watch(number: number)
  }

  func remove(_ watch: Watch) {
    state.withLock { _ = $0.watches.removeValue(forKey: watch.number) }
  }

  func close() {
    let watches = state.withLock { state in
      defer { state.watches = [:] }
      state.isClosed = true
      return Array(state.watches.values)
    }
    for watch in watches { watch() }
  }
}

/// The open connections, by their channels: a request's context has the channel and nothing else.
final class ConnectionRegistry: Sendable {
  static let shared = ConnectionRegistry()

  private let states = Mutex<[ObjectIdentifier: ConnectionState]>([:])

  func add(_ channel: any Channel, _ state: ConnectionState) {
    states.withLock { $0[ObjectIdentifier(channel)] = state }
  }

  func remove(_ channel: any Channel) {
    states.withLock { $0[ObjectIdentifier(channel)] = nil }
  }

  func state(of channel: any Channel) -> ConnectionState? {
    states.withLock { $0[ObjectIdentifier(channel)] }
  }
}
