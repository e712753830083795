internal import Glibc
internal import Synchronization

/// A short-lived thread for the few libpq calls that have no non-blocking form: resolving host names, PQcancel.
///
/// Bounded, so that a network that swallows packets cannot pile up threads.
enum BlockingThread {
  static let maximumCount = 64
  private static let running = Atomic<Int>(0)

  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// Runs `body` on a new thread. Returns false, without running it, when there are too many or the system has none
  /// left.
  static func start(unbounded: Bool = false, _ body: @escaping @Sendable () -> Void) -> Bool {
    guard !unbounded else { return spawn(body) }
    guard running.add(1, ordering: .relaxed).newValue <= maximumCount else {
      running.subtract(1, ordering: .relaxed)
      return false
    }
    let started = spawn {
      body()
      running.subtract(1, ordering: .relaxed)
    }
    if !started { running.subtract(1, ordering: .relaxed) }
    return started
  }

  private static func spawn(_ body: @escaping @Sendable () -> Void) -> Bool {
    let box = unsafe Unmanaged.passRetained(Body(body))
    var thread = pthread_t()
    let status = unsafe pthread_create(
      &thread,
      nil,
      { argument in
        if let argument = unsafe argument { unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
        return nil
      },
      box.toOpaque()
    )
    guard status == 0 else {
      unsafe box.release()
      return false
    }
    pthread_detach(thread)
    return true
  }
}
