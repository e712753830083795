import Foundation
import Glibc
import Synchronization

/// A program under test or a tool that a test asks.
public final class Program: Sendable {
  /// How it ended and what it said.
  public struct Outcome: Sendable {
    /// The exit code, or 128 and the signal.
    public let status: Int32
    public let output: String
    public let errors: String
  }

  public let processID: Int32
  private let end: Task<Outcome, Never>
  private let said: Transcript
  private let heard: Transcript

  /// Starts a program, which ends with us at the latest. Its environment is ours with `environment` on top.
  public init(_ path: String, _ arguments: [String] = [], environment: [String: String] = [:]) async throws {
    let started = try await Self.start(path, arguments, environment)
    processID = started.processID
    said = started.said
    heard = started.heard
    end = Task {
      var status: Int32 = -1
      for await code in started.statuses { status = code }
      return Outcome(status: status, output: await started.said.whole(), errors: await started.heard.whole())
    }
  }

  private struct Started: Sendable {
    let processID: Int32
    let said: Transcript
    let heard: Transcript
    let statuses: AsyncStream<Int32>
  }

  /// The thread that starts the program waits for its end as well: the kernel takes the end of the starting *thread* for
  /// that of the parent, and tells the child (prctl(2), PR_SET_PDEATHSIG).
  private static func start(
    _ path: String,
    _ arguments: [String],
    _ environment: [String: String]
  ) async throws -> Started {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        let child: Spawn
        do {
          child = try Spawn(
            ["/usr/bin/env", "setpriv", "--pdeathsig", "TERM", path] + arguments,
            environment: ProcessInfo.processInfo.environment.merging(environment) { _, theirs in theirs }
          )
        } catch {
          continuation.resume(throwing: error)
          return
        }
        let (statuses, status) = AsyncStream<Int32>.makeStream()
        continuation.resume(
          returning: Started(
            processID: child.processID,
            said: Transcript(child.output),
            heard: Transcript(child.errors),
            statuses: statuses
          )
        )
        status.yield(child.wait())
        status.finish()
      }
    }
  }

  /// Waits for the end.
  public func outcome() async -> Outcome {
    await end.value
  }

  /// What it has said on standard output so far.
  public var outputSoFar: String { said.soFar }

  /// What it has said on standard error so far.
  public var errorsSoFar: String { heard.soFar }

  public func signal(_ number: Int32) {
    kill(processID, number)
  }

  /// Asks it to end, and waits.
  @discardableResult
  public func stop() async -> Outcome {
    signal(SIGTERM)
    return await outcome()
  }

  /// Runs a program to its end.
  ///
  /// - Throws: `TestFailure` with its words when it fails.
  @discardableResult
  public static func run(
    _ path: String,
    _ arguments: [String] = [],
    environment: [String: String] = [:]
  ) async throws -> String {
    let outcome = try await Program(path, arguments, environment: environment).outcome()
    guard outcome.status == 0 else {
      throw TestFailure("\(path) \(arguments.first ?? "") failed with \(outcome.status): \(outcome.errors)")
    }
    return outcome.output
  }
}

/// Everything that comes out of a pipe, read on a thread of its own so that the writer never waits.
private final class Transcript: Sendable {
  private let text = Mutex<[UInt8]>([])
  private let end: AsyncStream<Never>

  init(_ handle: FileHandle) {
    let (end, continuation) = AsyncStream<Never>.makeStream()
    self.end = end
    Thread.detachNewThread { [self] in
      while case let part = handle.availableData, !part.isEmpty { text.withLock { $0 += part } }
      continuation.finish()
    }
  }

  var soFar: String {
    text.withLock { String(decoding: $0, as: UTF8.self) }
  }

  func whole() async -> String {
    for await _ in end {}
    return soFar
  }
}
