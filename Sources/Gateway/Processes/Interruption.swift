import ArgumentParser
import Dispatch
import Glibc
import Synchronization

/// Turns SIGINT and SIGTERM into cancellation.
enum Interruption {
  /// Runs `body` and cancels it at the first signal; at the second the process ends at once, and the kernel ends the
  /// children (see `SpawnRequest`).
  ///
  /// Calls do not nest.
  ///
  /// - Throws: what `body` throws; when it gave up for a signal, `ExitCode` with the status of a program that the
  ///   signal ended, which is nothing to report.
  static func cancelling<R: Sendable>(_ body: @escaping @Sendable () async throws -> R) async throws -> R {
    let task = Task { try await body() }
    let first = Mutex<Int32?>(nil)
    let queue = DispatchQueue(label: "tracegate.signals")
    let sources = [SIGINT, SIGTERM].map { number in
      _ = Glibc.signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        let isFirst = first.withLock { first in
          defer { first = first ?? number }
          return first == nil
        }
        guard isFirst else { _exit(128 + number) }
        task.cancel()
      }
      source.resume()
      return source
    }
    defer { for source in sources { source.cancel() } }
    do {
      return try await task.value
    } catch is CancellationError {
      throw ExitCode(128 + (first.withLock { $0 } ?? 0))
    }
  }
}
