import Foundation
import Glibc
import Synchronization

/// A running child, started and waited for by a thread of its own.
///
/// The thread stays until the child has ended. That is what makes the parent-death signal dependable: prctl(2) counts
/// as "parent" the *thread* that created the child, and a pool's threads come and go.
final class ChildProcess: Sendable {
  let name: String
  let processID: pid_t

  private struct State {
    var status: ExitStatus?
    var waiters: [Int: CheckedContinuation<ExitStatus?, Never>] = [:]
    var nextWaiter = 0
  }

  private let state = Mutex(State())

  private init(name: String, processID: pid_t) {
    self.name = name
    self.processID = processID
  }

  /// Starts a program.
  ///
  /// - Throws: `GatewayFailure` when it cannot be started.
  static func start(_ command: ChildCommand) async throws -> ChildProcess {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        do {
          let child = ChildProcess(name: command.name, processID: try SpawnRequest(command).spawn())
          continuation.resume(returning: child)
          child.reap()
        } catch {
          continuation.resume(throwing: error)
        }
      }
    }
  }

  /// Runs a program to its end. Ends it when the task is cancelled.
  static func run(_ command: ChildCommand) async throws -> ExitStatus {
    let child = try await start(command)
    guard let status = await child.exit() else {
      await child.stop(with: [SIGTERM])
      throw CancellationError()
    }
    return status
  }

  /// Waits for the end of the child; `nil` when the waiting task was cancelled first.
  func exit() async -> ExitStatus? {
    let id = state.withLock { state in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let status = state.withLock { state -> ExitStatus?? in
          if state.status != nil || Task.isCancelled { return .some(state.status) }
          state.waiters[id] = continuation
          return nil
        }
        if let status { continuation.resume(returning: status) }
      }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: id) }?.resume(returning: nil)
    }
  }

  /// Sends a signal, unless the child has ended: its number may belong to somebody else by then.
  func signal(_ number: Int32) {
    state.withLock { state in
      if state.status == nil { _ = kill(processID, number) }
    }
  }

  /// Ends the child: each signal gets `grace` to work before the next, and SIGKILL comes last. Works in a cancelled
  /// task too, as that is where most stopping happens.
  func stop(with signals: [Int32], grace: Duration = .seconds(10)) async {
    await Task {
      for number in signals {
        signal(number)
        if await exits(within: grace) { return }
      }
      signal(SIGKILL)
      _ = await exit()
    }.value
  }

  private func exits(within limit: Duration) async -> Bool {
    await withTaskGroup(of: Bool.self) { group in
      group.addTask { await self.exit() != nil }
      group.addTask {
        try? await Task.sleep(for: limit)
        return false
      }
      let first = await group.next() ?? false
      group.cancelAll()
      return first
    }
  }

  /// Waits for the end, then reaps under the lock, so that `signal(_:)` never meets a reused number.
  private func reap() {
    var info = unsafe siginfo_t()
    while unsafe waitid(P_PID, id_t(processID), &info, WEXITED | WNOWAIT) == -1, errno == EINTR {}
    let (status, waiters) = state.withLock { state in
      var raw: Int32 = 0
      unsafe waitpid(processID, &raw, 0)
      // <sys/wait.h>: the low seven bits hold the signal, the next byte the exit code.
      let status: ExitStatus = raw & 0x7f == 0 ? .exited((raw >> 8) & 0xff) : .signalled(raw & 0x7f)
      state.status = status
      defer { state.waiters = [:] }
      return (status, state.waiters)
    }
    for waiter in waiters.values { waiter.resume(returning: status) }
  }
}
