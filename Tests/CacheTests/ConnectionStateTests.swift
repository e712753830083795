import Testing

@testable import Cache

@Suite struct ConnectionStateTests {
  @Test func letsFirstCallsWaitForTheConnection() {
    var state = ConnectionState()
    check(state.admit(), .openAndWait)
    check(state.admit(), .wait)
    state.connected()
    check(state.admit(), .send)
  }

  @Test func reconnectsAtOnceToAHealthyServer() {
    var state = ready()
    check(state.lost(isSuspect: false, jitter: 1), .reconnectNow)
    check(state.admit(), .wait)
  }

  @Test func pausesWhenAReconnectedServerGoesAgainWithoutAnAnswer() {
    var state = ready()
    _ = state.lost(isSuspect: false, jitter: 1)
    state.connected()
    check(state.lost(isSuspect: false, jitter: 1), .reconnect(after: .milliseconds(40)))
    check(state.admit(), .refuse)
  }

  @Test func refusesCallsWhileASuspectServerIsTried() {
    var state = ready()
    check(state.lost(isSuspect: true, jitter: 1), .reconnect(after: .milliseconds(20)))
    check(state.admit(), .refuse)
    check(state.pauseEnded(), true)
    check(state.admit(), .refuse)
    state.connected()
    check(state.admit(), .send)
  }

  @Test func pausesGrowUpToTheLongest() {
    var state = ConnectionState()
    _ = state.open()
    var pauses: [ConnectionState.Recovery] = []
    for _ in 0..<8 {
      pauses.append(state.lost(isSuspect: true, jitter: 1))
      _ = state.pauseEnded()
    }
    #expect(pauses == [20, 40, 80, 160, 320, 640, 800, 800].map { .reconnect(after: .milliseconds($0)) })
    check(state.lost(isSuspect: true, jitter: 0), .reconnect(after: .milliseconds(400)))
  }

  @Test func triesOneCallAfterThreeFailures() {
    var state = failed(times: 3)
    state.connected()
    check(state.admit(), .send)
    check(state.admit(), .refuse)
    state.succeeded()
    check(state.admit(), .send)
    #expect(state.failures == 0)
  }

  @Test func pausesLongerWhenTheTrialFails() {
    var state = failed(times: 3)
    state.connected()
    _ = state.admit()
    check(state.lost(isSuspect: true, jitter: 1), .reconnect(after: .milliseconds(160)))
  }

  @Test func staysClosed() {
    var state = ready()
    state.close()
    check(state.admit(), .refuse)
    check(state.lost(isSuspect: false, jitter: 0), .none)
    check(state.pauseEnded(), false)
    check(state.open(), false)
  }

  /// The macro cannot take the result of a mutating call itself.
  private func check<Value: Equatable>(
    _ value: Value,
    _ expected: Value,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(value == expected, sourceLocation: sourceLocation)
  }

  private func ready() -> ConnectionState {
    var state = ConnectionState()
    _ = state.open()
    state.connected()
    return state
  }

  private func failed(times: Int) -> ConnectionState {
    var state = ready()
    for _ in 0..<times {
      _ = state.lost(isSuspect: true, jitter: 1)
      _ = state.pauseEnded()
    }
    return state
  }
}
