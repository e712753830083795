import Synchronization

/// Shares work between requests: while a value is being computed, others who need it wait for that computation.
///
/// A cold key that many requests ask for at once costs one computation in this process. The work of one request stays
/// together: all keys for which it is first are computed by one task, so they share a round trip. The task belongs to
/// no request, so nobody's cancellation takes the value from the others.
final class FlightTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  /// A value that is under way.
  struct Ticket: Sendable {
    fileprivate let task: Task<[Value], Never>
    fileprivate let position: Int
    /// Whether this caller's own computation produces the value.
    let isLeader: Bool

    var value: Value {
      get async { await task.value[position] }
    }
  }

  private struct Flight {
    let task: Task<[Value], Never>
    let position: Int
  }

  private let flights = Mutex<[Key: Flight]>([:])

  /// Boards a flight for each of `keys`, starting one task for those that have none yet.
  /// - Parameter compute: gets the positions in `keys` it must compute, and returns one value for each, in order.
  func join(_ keys: [Key], compute: @escaping @Sendable ([Int]) async -> [Value]) -> [Ticket] {
    flights.withLock { flights in
      let leading = keys.indices.filter { flights[keys[$0]] == nil }
      if !leading.isEmpty {
        let led = leading.map { keys[$0] }
        let task = Task { [self] in
          let values = await compute(leading)
          land(led)
          return values
        }
        for (position, key) in led.enumerated() { flights[key] = Flight(task: task, position: position) }
      }
      let leaders = Set(leading)
      return keys.indices.compactMap { index in
        flights[keys[index]].map { Ticket(task: $0.task, position: $0.position, isLeader: leaders.contains(index)) }
      }
    }
  }

  private func land(_ keys: [Key]) {
    flights.withLock { flights in
      for key in keys { flights[key] = nil }
    }
  }
}
