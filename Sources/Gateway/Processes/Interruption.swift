import ArgumentParser
import Dispatch
import Glibc
import Synchronization

/// Turns SIGINT and SIGTERM into cancellation.
final class Interruption: Sendable {
  private struct State {
    var first: Int32?
    var isHandedOver = false
  }

  private let state = Mutex(State())

  /// Runs `body` and cancels it at the first signal; at the second the process ends at once, and the kernel ends the
  /// children (see `SpawnRequest`).
  ///
  /// Calls do not nest.
  ///
  /// - Throws: what `body` throws; when it gave up for a signal, `ExitCode` with the status of a program that the
  ///   signal ended, which is nothing to report.
  static func cancelling<R: Sendable>(
    _ body: @escaping @Sendable (Interruption) async throws -> R
  ) async throws -> R {
    let interruption = Interruption()
    let task = Task { try await body(interruption) }
    let queue = DispatchQueue(label: "tracegate.signals")
    let sources = [SIGINT, SIGTERM].map { number in
      _ = Glibc.signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler { if interruption.cancels(at: number) { task.cancel() } }
      source.resume()
      return source
    }
    defer { for source in sources { source.cancel() } }
    do {
      return try await task.value
    } catch is CancellationError {
      throw ExitCode(128 + (interruption.state.withLock { $0.first } ?? 0))
    }
  }

  /// From now on `body` itself sees to the first signal, as a server does that ends by and by; the second still ends
  /// everything at once.
  func handOver() {
    state.withLock { $0.isHandedOver = true }
  }

  private func cancels(at signal: Int32) -> Bool {
    let (isFirst, isHandedOver) = state.withLock { state in
      defer { state.first = state.first ?? signal }
      return (state.first == nil, state.isHandedOver)
    }
    guard isFirst else { _exit(128 + signal) }
    return !isHandedOver
  }
}
