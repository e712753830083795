import Synchronization

/// Ends work that takes too long, or that nobody waits for any more, by cancelling it.
enum Deadline {
  struct Exceeded: Error {}

  /// Runs `work`, and cancels it after `limit`, or when the other side of `connection` goes away. Waits until it has
  /// really ended, so nothing runs on behind the answer; what cancelled work still brings is its value.
  /// - Throws: ``Exceeded`` when the time ran out and `work` failed for it.
  static func run<Value: Sendable>(
    within limit: Duration,
    watching connection: ConnectionState? = nil,
    _ work: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    let task = Task { try await work() }
    let alarm = AlarmClock.shared.set(for: .now + limit) { task.cancel() }
    let watch = connection?.onClose { task.cancel() }
    defer {
      AlarmClock.shared.remove(alarm)
      if let watch { connection?.remove(watch) }
    }
    do {
      return try await withTaskCancellationHandler {
        try await task.value
      } onCancel: {
        task.cancel()
      }
    } catch is CancellationError where AlarmClock.shared.hasRung(alarm) {
      throw Exceeded()
    }
  }
}

/// Calls back at times that mostly never come: setting and removing an alarm is one short lock, and one task looks
/// through all of them, some times a second and only while there are any.
final class AlarmClock: Sendable {
  static let shared = AlarmClock()

  struct Alarm: Sendable {
    fileprivate let number: UInt64
  }

  private struct Entry {
    let time: ContinuousClock.Instant
    let ring: @Sendable () -> Void
  }

  private struct State {
    var entries: [UInt64: Entry] = [:]
    var lastNumber: UInt64 = 0
    var isTicking = false

    mutating func takeDue() -> [Entry] {
      let now = ContinuousClock.now
      let due = entries.filter { $0.value.time <= now }
      for number in due.keys { entries[number] = nil }
      return Array(due.values)
    }
  }

  /// How late an alarm may be.
  private static let tick = Duration.milliseconds(20)
  private let state = Mutex(State())

  func set(for time: ContinuousClock.Instant, _ ring: @escaping @Sendable () -> Void) -> Alarm {
    let (number, starts) = state.withLock { state in
      state.lastNumber += 1
      state.entries[state.lastNumber] = Entry(time: time, ring: ring)
      defer { state.isTicking = true }
      return (state.lastNumber, !state.isTicking)
    }
    if starts { Task { await keepTicking() } }
    return Alarm(number: number)
  }

  func remove(_ alarm: Alarm) {
    state.withLock { _ = $0.entries.removeValue(forKey: alarm.number) }
  }

  /// Whether its time came before it was removed.
  func hasRung(_ alarm: Alarm) -> Bool {
    state.withLock { $0.entries[alarm.number] == nil }
  }

  private func keepTicking() async {
    var isNeeded = true
    while isNeeded {
      try? await Task.sleep(for: Self.tick)
      for entry in state.withLock({ $0.takeDue() }) { entry.ring() }
      isNeeded = state.withLock { state in
        state.isTicking = !state.entries.isEmpty
        return state.isTicking
      }
    }
  }
}
