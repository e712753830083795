import Synchronization

/// Counts what happens, for somebody to read later.
final class Tally<Statistics: Sendable>: Sendable {
  private let statistics: Mutex<Statistics>

  init(_ zero: sending Statistics) {
    statistics = Mutex(zero)
  }

  /// One lock for all that is counted at a time.
  func update(_ change: (inout sending Statistics) -> Void) {
    statistics.withLock { change(&$0) }
  }

  var snapshot: Statistics { statistics.withLock { $0 } }
}
