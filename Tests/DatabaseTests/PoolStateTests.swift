import Testing

@testable import Database

struct PoolStateTests {
  private let start = ContinuousClock.now
  private let down = DatabaseError.unavailable(detail: "refused")

  private func state(minimum: Int = 0, maximum: Int = 2, maximumWaiters: Int = 100) -> PoolState {
    PoolState(
      limits: .init(
        minimum: minimum,
        maximum: maximum,
        maximumWaiters: maximumWaiters,
        acquireTimeout: .seconds(5),
        idleTimeout: .seconds(300),
        maximumLifetime: .seconds(1800)
      )
    )
  }

  @Test func opensNoMoreThanTheMaximum() {
    var state = state(maximum: 2)
    #expect(state.acquire(1, now: start).opens == [1])
    #expect(state.acquire(2, now: start).opens == [2])
    #expect(state.acquire(3, now: start).opens == [])
    #expect(state.connectingCount == 2 && state.waitingCount == 3)
  }

  @Test func servesWaitersInOrder() {
    var state = state(maximum: 1)
    for waiter in 1...3 { _ = state.acquire(waiter, now: start) }
    #expect(state.opened(1, now: start) == [.lease(1, to: 1)])
    state.cancel(2)
    #expect(state.release(1, reusable: true, now: start) == [.lease(1, to: 3)])
    #expect(state.release(1, reusable: true, now: start) == [])
    guard case .lease(1) = state.acquire(4, now: start) else {
      Issue.record("expected the idle connection")
      return
    }
  }

  @Test func replacesAConnectionThatCannotBeReused() {
    var state = state(maximum: 1)
    for waiter in 1...2 { _ = state.acquire(waiter, now: start) }
    _ = state.opened(1, now: start)
    #expect(state.release(1, reusable: false, now: start) == [.close(1), .open(2)])
    #expect(state.opened(2, now: start) == [.lease(2, to: 2)])
  }

  @Test func aDeadServerFailsAllWhoWaitAndThenEverybodyAtOnce() {
    var state = state(maximum: 2)
    for waiter in 1...3 { _ = state.acquire(waiter, now: start) }
    #expect(state.failedToOpen(1, down, now: start).failedWaiters == [])
    #expect(state.failedToOpen(2, down, now: start).failedWaiters == [1, 2, 3])
    guard case .fail(down) = state.acquire(4, now: start) else {
      Issue.record("expected a quick failure")
      return
    }
    #expect(state.acquire(5, now: start + .milliseconds(51)).opens == [3])
    #expect(state.acquire(6, now: start + .milliseconds(51)).opens == [])
    #expect(state.opened(3, now: start + .milliseconds(52)) == [.lease(3, to: 5), .open(4)])
  }

  @Test func triesAgainAtGrowingIntervalsOfASecondAtMost() {
    var state = state(minimum: 1)
    var now = start
    var connection = 1
    var intervals: [Duration] = []
    #expect(state.keepMinimum(now: now) == [.open(1)])
    for _ in 0..<7 {
      guard case .wake(let time) = state.failedToOpen(connection, down, now: now).first else {
        Issue.record("expected a wake")
        return
      }
      intervals.append(time - now)
      now = time
      connection += 1
      #expect(state.wake(now: now).contains(.open(connection)))
    }
    #expect(intervals == [50, 100, 200, 400, 800, 1000, 1000].map { .milliseconds($0) })
  }

  @Test func waitersLosePatienceInOrder() {
    var state = state(maximum: 1)
    _ = state.acquire(1, now: start)
    _ = state.opened(1, now: start)
    _ = state.acquire(2, now: start)
    _ = state.acquire(3, now: start + .seconds(1))
    #expect(state.wake(now: start + .seconds(5)).failedWaiters == [2])
    #expect(state.wake(now: start + .seconds(6)).failedWaiters == [3])
    #expect(state.waitingCount == 0)
  }

  @Test func turnsAwayWhoComesWhenTooManyWait() {
    var state = state(maximum: 1, maximumWaiters: 1)
    _ = state.acquire(1, now: start)
    guard case .fail(let error) = state.acquire(2, now: start) else {
      Issue.record("expected a refusal")
      return
    }
    #expect(error.code == .poolExhausted)
  }

  @Test func keepsTheMinimumAndClosesWhatIsUnusedOrOld() {
    var state = state(minimum: 1, maximum: 3)
    _ = state.keepMinimum(now: start)
    for waiter in 1...3 { _ = state.acquire(waiter, now: start) }
    for connection in 1...3 { _ = state.opened(connection, now: start) }
    for connection in 1...3 { _ = state.release(connection, reusable: true, now: start) }
    #expect(state.wake(now: start + .seconds(301)) == [.close(1), .close(2)])
    #expect(state.wake(now: start + .seconds(1801)) == [.close(3), .open(4)])
  }

  @Test func afterShutDownNothingIsOpenedOrLeased() {
    var state = state(maximum: 1)
    _ = state.acquire(1, now: start)
    #expect(state.shutDown().failedWaiters == [1])
    #expect(state.opened(1, now: start) == [.close(1)])
    guard case .fail = state.acquire(2, now: start) else {
      Issue.record("expected a refusal")
      return
    }
  }

  /// Random events, with the invariants checked after each.
  @Test(arguments: 0..<20)
  func invariantsHoldUnderRandomEvents(_ seed: Int) {
    var random = SplitMix(state: UInt64(seed))
    var state = state(minimum: 1, maximum: 4)
    var now = start
    var nextWaiter = 0
    var opening: Set<Int> = []
    var leased: Set<Int> = []
    var idle: Set<Int> = []
    var waiting: Set<Int> = []
    func carryOut(_ actions: [PoolState.Action]) {
      for action in actions {
        switch action {
        case .open(let id): opening.insert(id)
        case .close(let id): idle.remove(id)
        case .lease(let id, let waiter):
          idle.remove(id)
          leased.insert(id)
          #expect(waiting.remove(waiter) != nil)
        case .fail(let waiter, _): #expect(waiting.remove(waiter) != nil)
        case .wake: break
        }
      }
    }
    carryOut(state.keepMinimum(now: now))
    for _ in 0..<2000 {
      now += .milliseconds(Int(random.next() % 40))
      switch random.next() % 8 {
      case 0, 1, 2:
        nextWaiter += 1
        switch state.acquire(nextWaiter, now: now) {
        case .lease(let id): leased.insert(id)
        case .wait(let actions):
          waiting.insert(nextWaiter)
          carryOut(actions)
        case .fail: break
        }
      case 3:
        guard let id = leased.min() else { continue }
        leased.remove(id)
        idle.insert(id)
        carryOut(state.release(id, reusable: random.next() % 4 != 0, now: now))
      case 4:
        guard let id = opening.min() else { continue }
        opening.remove(id)
        idle.insert(id)
        carryOut(state.opened(id, now: now))
      case 5:
        guard let id = opening.min() else { continue }
        opening.remove(id)
        carryOut(state.failedToOpen(id, down, now: now))
      case 6:
        guard let id = leased.max() else { continue }
        leased.remove(id)
        carryOut(state.closed(id, now: now))
      default:
        if let waiter = waiting.min(), random.next() % 2 == 0 {
          waiting.remove(waiter)
          state.cancel(waiter)
        }
        carryOut(state.wake(now: now))
      }
      #expect(state.idleCount + state.leasedCount + state.connectingCount <= 4)
      #expect(state.waitingCount == 0 || state.idleCount == 0)
      #expect(state.waitingCount == waiting.count)
      #expect(state.leasedCount == leased.count)
    }
  }
}

private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

extension PoolState.Acquisition {
  fileprivate var opens: [Int]? { if case .wait(let actions) = self { actions.opens } else { nil } }
}

extension [PoolState.Action] {
  fileprivate var opens: [Int] { compactMap { if case .open(let id) = $0 { id } else { nil } } }

  fileprivate var failedWaiters: [Int] { compactMap { if case .fail(let waiter, _) = $0 { waiter } else { nil } } }
}
