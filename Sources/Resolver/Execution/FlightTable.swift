import Synchronization

/// Shares work between requests: while a value is being computed, others who need it wait for that computation.
///
/// A cold key that many requests ask for at once costs one computation in this process. The work of one request stays
/// together: all keys for which it is first are computed by one task, so they share a round trip. The task belongs to
/// no request, so nobody's cancellation takes the value from the others; it is cancelled when nobody is left who waits.
///
/// A value that has landed may be boarded for a moment longer, by those who had not found it stored and come too late for
/// the flight.
final class FlightTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  /// A seat for one value that is under way. Its value must be asked for once, since until then it counts as waited for.
  struct Ticket: Sendable {
    fileprivate let table: FlightTable
    fileprivate let flight: Int
    fileprivate let position: Int
    /// Whether this caller's own computation produces the value.
    let isLeader: Bool

    /// The value; nil, at once, when the task that asks is cancelled.
    var value: Value? {
      get async { await table.wait(for: flight)?[position] }
    }
  }

  private struct Flight {
    let keys: [Key]
    var task: Task<Void, Never>?
    /// Tickets whose value is still wanted.
    var seats: Int
    var values: [Value]?
    var waiters: [Int: CheckedContinuation<[Value]?, Never>] = [:]
  }

  private struct State {
    var flights: [Int: Flight] = [:]
    var places: [Key: (flight: Int, position: Int)] = [:]
    var lastNumber = 0

    mutating func nextNumber() -> Int {
      lastNumber += 1
      return lastNumber
    }

    /// Nobody boards any more.
    mutating func forget(_ keys: [Key], of flight: Int) {
      for key in keys where places[key]?.flight == flight { places[key] = nil }
    }

    /// One seat fewer. Gives back the task when nobody is left who wants what it is still computing.
    mutating func leave(_ flight: Int) -> Task<Void, Never>? {
      guard let seats = flights[flight]?.seats else { return nil }
      flights[flight]?.seats = seats - 1
      guard seats == 1, let left = flights.removeValue(forKey: flight) else { return nil }
      forget(left.keys, of: flight)
      return left.values == nil ? left.task : nil
    }
  }

  /// For how long what has landed may be boarded, and which values.
  struct Lingering: Sendable {
    let duration: Duration
    let applies: @Sendable (Value) -> Bool
  }

  private let state = Mutex(State())
  private let lingering: Lingering?

  init(lingering: Lingering? = nil) {
    self.lingering = lingering
  }

  /// Boards a flight for each of `keys`, starting one task for those that have none yet.
  /// - Parameter compute: gets the positions in `keys` it must compute, and returns one value for each, in order.
  func join(_ keys: [Key], compute: @escaping @Sendable ([Int]) async -> [Value]) -> [Ticket] {
    state.withLock { state in
      let leading = keys.indices.filter { state.places[keys[$0]] == nil }
      if !leading.isEmpty { start(leading.map { keys[$0] }, in: &state) { await compute(leading) } }
      let leaders = Set(leading)
      return keys.indices.compactMap { index in
        guard let place = state.places[keys[index]] else { return nil }
        state.flights[place.flight]?.seats += 1
        return Ticket(
          table: self,
          flight: place.flight,
          position: place.position,
          isLeader: leaders.contains(index)
        )
      }
    }
  }

  private func start(_ keys: [Key], in state: inout State, _ compute: @escaping @Sendable () async -> [Value]) {
    let number = state.nextNumber()
    state.flights[number] = Flight(keys: keys, seats: 0)
    for (position, key) in keys.enumerated() { state.places[key] = (number, position) }
    // It cannot land before the caller lets go of the lock.
    state.flights[number]?.task = Task { [self] in land(number, with: await compute()) }
  }

  private func land(_ number: Int, with values: [Value]) {
    let waiters = state.withLock { state in
      guard let flight = state.flights[number] else { return [CheckedContinuation<[Value]?, Never>]() }
      stay(number, flight.keys, values, in: &state)
      state.flights[number]?.values = values
      state.flights[number]?.waiters = [:]
      return Array(flight.waiters.values)
    }
    for waiter in waiters { waiter.resume(returning: values) }
  }

  /// Nobody boards any more but for values that linger. Those keep a seat until their time is over.
  private func stay(_ number: Int, _ keys: [Key], _ values: [Value], in state: inout State) {
    guard let lingering else { return state.forget(keys, of: number) }
    state.forget(zip(keys, values).filter { !lingering.applies($1) }.map(\.0), of: number)
    guard values.contains(where: lingering.applies) else { return }
    state.flights[number]?.seats += 1
    Task { [self] in
      try? await Task.sleep(for: lingering.duration)
      self.state.withLock { state in
        state.forget(keys, of: number)
        _ = state.leave(number)
      }
    }
  }

  // MARK: Waiting

  private func wait(for flight: Int) async -> [Value]? {
    let waiter = state.withLock { $0.nextNumber() }
    let values = await withTaskCancellationHandler {
      await withCheckedContinuation { enter($0, waiter, flight) }
    } onCancel: {
      state.withLock { $0.flights[flight]?.waiters.removeValue(forKey: waiter) }?.resume(returning: nil)
    }
    state.withLock { $0.leave(flight) }?.cancel()
    return values
  }

  private func enter(_ continuation: CheckedContinuation<[Value]?, Never>, _ waiter: Int, _ flight: Int) {
    let settled = state.withLock { state -> [Value]?? in
      if let values = state.flights[flight]?.values { return .some(values) }
      // The handler of a cancellation that came before has found nothing.
      guard !Task.isCancelled, state.flights[flight] != nil else { return .some(nil) }
      state.flights[flight]?.waiters[waiter] = continuation
      return nil
    }
    if let settled { continuation.resume(returning: settled) }
  }
}
