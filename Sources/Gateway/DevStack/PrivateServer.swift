import Foundation
import Glibc

/// A database server that lives as long as the work done beside it.
struct PrivateServer: Sendable {
  let command: ChildCommand
  let log: String
  /// Signals that end it, politest first.
  let stopSignals: [Int32]
  /// Whether it answers, given its process number.
  let isReady: @Sendable (pid_t) -> Bool
  /// How clients reach it.
  let url: String

  private static let startLimit = Duration.seconds(60)

  /// Runs `body` beside all the servers: each is started and answers before the next, and they end in reverse order.
  ///
  /// - Throws: what `body` throws, or `GatewayFailure` when a server does not start or ends by itself; `body` is
  ///   cancelled then.
  static func running<R: Sendable>(
    _ servers: some Collection<PrivateServer> & Sendable,
    _ body: @escaping @Sendable () async throws -> R
  ) async throws -> R {
    guard let first = servers.first else { return try await body() }
    let others = Array(servers.dropFirst())
    return try await first.run { try await running(others, body) }
  }

  private func run<R: Sendable>(_ body: @escaping @Sendable () async throws -> R) async throws -> R {
    let logStart = Self.size(of: log)
    let child = try await ChildProcess.start(command)
    let result: Result<R, any Error>
    do {
      result = .success(
        try await withThrowingTaskGroup(of: R?.self) { group in
          group.addTask {
            guard let status = await child.exit() else { return nil }
            throw GatewayFailure("\(command.name) ended by itself (\(status))\(lastWords(from: logStart))")
          }
          group.addTask {
            try await waitUntilReady(child)
            return try await body()
          }
          while let outcome = try await group.next() {
            guard let outcome else { continue }
            group.cancelAll()
            return outcome
          }
          throw CancellationError()
        }
      )
    } catch {
      result = .failure(error)
    }
    await child.stop(with: stopSignals)
    return try result.get()
  }

  private func waitUntilReady(_ child: ChildProcess) async throws {
    let deadline = ContinuousClock.now + Self.startLimit
    while !isReady(child.processID) {
      guard ContinuousClock.now < deadline else {
        throw GatewayFailure("\(command.name) does not answer \(Self.startLimit) after its start; see \(log)")
      }
      try await Task.sleep(for: .milliseconds(10))
    }
  }

  /// What the server wrote last since this start, for the message about its end.
  private func lastWords(from start: UInt64) -> String {
    guard let file = FileHandle(forReadingAtPath: log),
      case let size = Self.size(of: log),
      (try? file.seek(toOffset: max(start, size > 4096 ? size - 4096 : 0))) != nil,
      let bytes = try? file.readToEnd()
    else { return "; see \(log)" }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").suffix(5)
    return "; the end of \(log):\n" + lines.map { "  \($0)" }.joined(separator: "\n")
  }

  private static func size(of path: String) -> UInt64 {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return (attributes?[.size] as? NSNumber)?.uint64Value ?? 0
  }
}
