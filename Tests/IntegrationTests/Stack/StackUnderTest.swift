import Foundation
import Glibc
import TestSupport

/// `tracegate stack` on a data folder of its own, with a command that tells its servers' process numbers and waits.
struct StackUnderTest {
  let binary: String
  let folder: String
  var postgresPort = 0
  var redisPort = 0

  private let root: String

  /// - Parameter isPrivate: whether the folder lies below one that only its owner may enter, as a home often is.
  init(isPrivate: Bool = false) throws {
    guard let binary = TestServers.binary else { throw TestFailure(TestServers.absence) }
    self.binary = binary
    root = FileManager.default.temporaryDirectory.appendingPathComponent("tracegate-\(UUID().uuidString)").path
    folder = isPrivate ? root + "/data" : root
    guard isPrivate else { return }
    try FileManager.default.createDirectory(
      atPath: root,
      withIntermediateDirectories: false,
      attributes: [.posixPermissions: 0o700]
    )
  }

  func remove() {
    try? FileManager.default.removeItem(atPath: root)
  }

  /// Starts the stack with `command`, a line of shell.
  func start(_ command: String) async throws -> Program {
    try await Program(
      binary,
      [
        "stack", "--data-folder", folder, "--postgres-port", "\(postgresPort)", "--redis-port", "\(redisPort)",
        "--", "sh", "-c", command,
      ]
    )
  }

  /// A running stack and the process numbers of its PostgreSQL and Redis.
  func startAndWait() async throws -> (program: Program, servers: Servers) {
    let report = """
      redis-cli -u "$REDIS_URL" info server | grep process_id | tr -dc 0-9; echo
      head -n 1 '\(folder)/postgres/postmaster.pid'
      echo ready
      exec sleep 60
      """
    let program = try await start(report)
    let lines = try await Patience.wait(for: "the stack") {
      let lines = program.outputSoFar.split(separator: "\n")
      return lines.last == "ready" ? lines : nil
    }
    guard lines.count == 3, let redis = Int32(lines[0]), let postgres = Int32(lines[1]) else {
      throw TestFailure("not two process numbers: \(lines)")
    }
    return (program, Servers(postgres: postgres, redis: redis))
  }

  struct Servers {
    let postgres: Int32
    let redis: Int32

    /// Whether both are gone, and not just about to go.
    func end() async throws {
      try await Patience.wait(for: "the end of the servers") {
        kill(postgres, 0) != 0 && kill(redis, 0) != 0 ? true : nil
      }
    }

    var areGone: Bool { kill(postgres, 0) != 0 && kill(redis, 0) != 0 }
  }
}
