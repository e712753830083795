/// Which connections a pool has and who waits for one, as a machine without connections, tasks or clocks.
///
///     (none)     → connecting → idle ⇄ leased → (none)
///
/// Invariants:
/// 1. idle + leased + connecting ≤ maximum.
/// 2. Nobody waits while a connection is idle.
/// 3. Who waits has something to wait for: a connection being opened, or a leased one that will come back.
/// 4. Waiters are served in the order they came.
///
/// When a connection cannot be opened and none is open, the server is taken for down: all who wait fail, and so does
/// everybody who comes until the next attempt is due. So a dead server costs a caller one failed attempt at most.
struct PoolState: Sendable {
  typealias ConnectionID = Int
  typealias WaiterID = Int
  typealias Instant = ContinuousClock.Instant

  enum Acquisition: Sendable {
    case lease(ConnectionID)
    /// Wait; and open these connections meanwhile.
    case wait([Action])
    case fail(DatabaseError)
  }

  enum Action: Sendable, Equatable {
    case lease(ConnectionID, to: WaiterID)
    case fail(WaiterID, DatabaseError)
    case open(ConnectionID)
    case close(ConnectionID)
    /// Call `wake` at that time.
    case wake(at: Instant)
  }

  struct Limits: Sendable {
    var minimum: Int
    var maximum: Int
    var maximumWaiters: Int
    var acquireTimeout: Duration
    var idleTimeout: Duration
    var maximumLifetime: Duration
    static let firstBackOff = Duration.milliseconds(50)
    static let lastBackOff = Duration.seconds(1)
  }

  private struct Idle: Sendable {
    let id: ConnectionID
    let since: Instant
  }

  private struct Waiter: Sendable {
    let id: WaiterID
    let deadline: Instant
  }

  private struct Outage: Sendable {
    var error: DatabaseError
    var backOff: Duration
    var retryAt: Instant
  }

  let limits: Limits
  /// Last in, first out: the connections least needed grow old and are closed.
  private var idle: [Idle] = []
  private var leased: Set<ConnectionID> = []
  private var connecting: Set<ConnectionID> = []
  private var openedAt: [ConnectionID: Instant] = [:]
  private var queue: [Waiter] = []
  private var queueHead = 0
  private var waiting: Set<WaiterID> = []
  private var outage: Outage?
  private var lastConnection = 0
  private var keepsMinimum = false
  private var isShutDown = false
  private var wakeScheduled: Instant?

  init(limits: Limits) {
    self.limits = limits
  }

  var idleCount: Int { idle.count }
  var leasedCount: Int { leased.count }
  var connectingCount: Int { connecting.count }
  var waitingCount: Int { waiting.count }
  private var total: Int { idle.count + leased.count + connecting.count }

  static let shutDownError = DatabaseError.unavailable(detail: "the pool is shut down")

  // MARK: Callers

  mutating func acquire(_ waiter: WaiterID, now: Instant) -> Acquisition {
    guard !isShutDown else { return .fail(Self.shutDownError) }
    if let free = idle.popLast() {
      leased.insert(free.id)
      return .lease(free.id)
    }
    if let outage, leased.isEmpty, connecting.isEmpty, now < outage.retryAt { return .fail(outage.error) }
    guard waiting.count < limits.maximumWaiters else {
      return .fail(
        DatabaseError(.poolExhausted, "The database is overloaded.", detail: "\(waiting.count) callers wait already")
      )
    }
    let deadline = now + limits.acquireTimeout
    queue.append(Waiter(id: waiter, deadline: deadline))
    waiting.insert(waiter)
    return .wait(openWhatIsMissing(now: now) + wake(at: deadline, now: now))
  }

  mutating func cancel(_ waiter: WaiterID) {
    waiting.remove(waiter)
  }

  /// - Parameter reusable: false when the connection must not be used again; the driver closes it.
  mutating func release(_ id: ConnectionID, reusable: Bool, now: Instant) -> [Action] {
    guard leased.remove(id) != nil else { return [] }
    guard reusable, !isShutDown else {
      openedAt[id] = nil
      return [.close(id)] + openWhatIsMissing(now: now)
    }
    if let opened = openedAt[id], now - opened > limits.maximumLifetime {
      openedAt[id] = nil
      return [.close(id)] + openWhatIsMissing(now: now)
    }
    return makeAvailable(id, now: now)
  }

  // MARK: Connections

  mutating func opened(_ id: ConnectionID, now: Instant) -> [Action] {
    guard connecting.remove(id) != nil, !isShutDown else { return [.close(id)] }
    outage = nil
    openedAt[id] = now
    return makeAvailable(id, now: now) + openWhatIsMissing(now: now)
  }

  mutating func failedToOpen(_ id: ConnectionID, _ error: DatabaseError, now: Instant) -> [Action] {
    connecting.remove(id)
    guard !isShutDown else { return [] }
    let backOff =
      outage.map { now < $0.retryAt ? $0.backOff : min($0.backOff * 2, Limits.lastBackOff) } ?? Limits.firstBackOff
    outage = Outage(error: error, backOff: backOff, retryAt: now + backOff)
    var actions = wake(at: now + backOff, now: now)
    // With a connection leased or being opened there is still something to wait for (3).
    if leased.isEmpty, connecting.isEmpty {
      while let waiter = nextWaiter() { actions.append(.fail(waiter, error)) }
    }
    return actions
  }

  /// An idle or leased connection has ended by itself.
  mutating func closed(_ id: ConnectionID, now: Instant) -> [Action] {
    let wasIdle = idle.firstIndex { $0.id == id }
    if let wasIdle { idle.remove(at: wasIdle) }
    let wasLeased = leased.remove(id) != nil
    openedAt[id] = nil
    return wasIdle != nil || wasLeased ? openWhatIsMissing(now: now) : []
  }

  // MARK: Time and life

  /// From now on the minimum is kept open.
  mutating func keepMinimum(now: Instant) -> [Action] {
    keepsMinimum = true
    return openWhatIsMissing(now: now)
  }

  /// A wake that was asked for, or a regular look around.
  mutating func wake(now: Instant) -> [Action] {
    if let scheduled = wakeScheduled, scheduled <= now { wakeScheduled = nil }
    var actions = failOverdueWaiters(now: now)
    actions += closeSurplus(now: now)
    actions += openWhatIsMissing(now: now)
    if let next = firstDeadline() { actions += wake(at: next, now: now) }
    if let outage, outage.retryAt > now { actions += wake(at: outage.retryAt, now: now) }
    return actions
  }

  mutating func shutDown() -> [Action] {
    isShutDown = true
    var actions = idle.map { Action.close($0.id) }
    idle = []
    while let waiter = nextWaiter() { actions.append(.fail(waiter, Self.shutDownError)) }
    return actions
  }

  // MARK: Parts

  private mutating func makeAvailable(_ id: ConnectionID, now: Instant) -> [Action] {
    if let waiter = nextWaiter() {
      leased.insert(id)
      return [.lease(id, to: waiter)]
    }
    idle.append(Idle(id: id, since: now))
    return []
  }

  /// Opens as many connections as there are callers without one in sight, within the maximum; one at a time while the
  /// server is in doubt.
  private mutating func openWhatIsMissing(now: Instant) -> [Action] {
    guard !isShutDown else { return [] }
    var missing = max(waiting.count, (keepsMinimum ? limits.minimum : 0) - idle.count - leased.count) - connecting.count
    missing = min(missing, limits.maximum - total)
    if let outage {
      guard now >= outage.retryAt else { return wake(at: outage.retryAt, now: now) }
      missing = min(missing, connecting.isEmpty ? 1 : 0)
    }
    guard missing > 0 else { return [] }
    return (0..<missing).map { _ in
      lastConnection += 1
      connecting.insert(lastConnection)
      return .open(lastConnection)
    }
  }

  private mutating func closeSurplus(now: Instant) -> [Action] {
    var surplus = total - (keepsMinimum ? limits.minimum : 0)
    let leaving = idle.filter { free in
      let isOld = openedAt[free.id].map { now - $0 > limits.maximumLifetime } ?? false
      let isUnused = surplus > 0 && now - free.since > limits.idleTimeout
      if isOld || isUnused { surplus -= 1 }
      return isOld || isUnused
    }.map(\.id)
    guard !leaving.isEmpty else { return [] }
    idle.removeAll { leaving.contains($0.id) }
    for id in leaving { openedAt[id] = nil }
    return leaving.map { .close($0) }
  }

  private mutating func failOverdueWaiters(now: Instant) -> [Action] {
    var actions: [Action] = []
    while let deadline = firstDeadline(), deadline <= now, let waiter = nextWaiter() {
      let error =
        outage?.error
        ?? DatabaseError(
          .poolExhausted,
          "The database is overloaded.",
          detail: "no connection within \(limits.acquireTimeout), all \(limits.maximum) busy or being opened"
        )
      actions.append(.fail(waiter, error))
    }
    return actions
  }

  /// All waiters have the same patience, so the first in the queue is the first to lose it.
  private mutating func firstDeadline() -> Instant? {
    dropCancelledWaiters()
    return queueHead < queue.count ? queue[queueHead].deadline : nil
  }

  private mutating func nextWaiter() -> WaiterID? {
    dropCancelledWaiters()
    guard queueHead < queue.count else { return nil }
    let waiter = queue[queueHead].id
    queueHead += 1
    waiting.remove(waiter)
    return waiter
  }

  private mutating func dropCancelledWaiters() {
    while queueHead < queue.count, !waiting.contains(queue[queueHead].id) { queueHead += 1 }
    if queueHead > 64, queueHead * 2 > queue.count {
      queue.removeFirst(queueHead)
      queueHead = 0
    }
  }

  /// One timer is enough: it looks for the next one when it fires.
  private mutating func wake(at time: Instant, now: Instant) -> [Action] {
    if let scheduled = wakeScheduled, scheduled > now, scheduled <= time { return [] }
    wakeScheduled = time
    return [.wake(at: time)]
  }
}
