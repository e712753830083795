import Foundation
import Synchronization
import TestSupport

/// A gateway on a PostgreSQL and a Redis that nobody else uses, so that they can be stopped.
struct OutageStand: Sendable {
  private let postgres: Server
  private let redis: Server

  /// A server that is started and stopped again and again.
  private final class Server: Sendable {
    private let program = Mutex<Program?>(nil)
    let start: @Sendable () async throws -> Program

    init(_ start: @escaping @Sendable () async throws -> Program) {
      self.start = start
    }

    func run() async throws {
      let started = try await start()
      program.withLock { $0 = started }
    }

    /// What it has said on standard output so far.
    var output: String { program.withLock { $0?.outputSoFar ?? "" } }

    func signal(_ number: Int32) { program.withLock { $0?.signal(number) } }

    func stop() async {
      let running = program.withLock { program in
        defer { program = nil }
        return program
      }
      await running?.stop()
    }
  }

  static func run(
    environment: [String: String] = [:],
    _ body: (OutageStand, GatewayUnderTest) async throws -> Void
  ) async throws {
    var gateway = try GatewayStand()
    gateway.environment = environment
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tracegate-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (postgresPort, redisPort) = (try LoopbackSocket.freePort(), try LoopbackSocket.freePort())
    let binary = gateway.binary
    let stand = OutageStand(
      postgres: Server {
        let stack = try await Program(
          binary,
          [
            "stack", "--data-folder", folder, "--postgres-port", "\(postgresPort)", "--redis-port", "0",
            "--", "sh", "-c", #"echo "$POSTGRES_URL"; exec sleep 600"#,
          ]
        )
        try await Patience.wait(for: "PostgreSQL") { stack.outputSoFar.hasSuffix("\n") ? true : nil }
        return stack
      },
      redis: Server {
        let arguments = ["--port", "\(redisPort)", "--bind", "127.0.0.1", "--save", "", "--dir", "/tmp"]
        let redis = try await Program("redis-server", arguments)
        try await Patience.wait(for: "Redis") { redis.outputSoFar.contains("Ready to accept") ? true : nil }
        return redis
      }
    )
    try await stand.startPostgres()
    try await stand.startRedis()
    gateway.postgresURL = stand.postgres.output.trimmingCharacters(in: .newlines)
    gateway.redisURL = "redis://127.0.0.1:\(redisPort)/0"
    do {
      try await gateway.run { try await body(stand, $0) }
    } catch {
      await stand.end()
      throw error
    }
    await stand.end()
  }

  func startPostgres() async throws { try await postgres.run() }
  func stopPostgres() async { await postgres.stop() }
  func startRedis() async throws { try await redis.run() }
  func stopRedis() async { await redis.stop() }
  func signalRedis(_ number: Int32) { redis.signal(number) }

  private func end() async {
    await stopPostgres()
    await stopRedis()
  }

  /// Waits for the entries that are written behind the answer.
  func waitUntilCached(_ gateway: GatewayUnderTest) async throws {
    try await Patience.wait(for: "the dashboard's entries") {
      let keys = try await gateway.redis.keys(matching: "*:\(gateway.owner.workspaceID):*")
      return keys.count >= 4 ? true : nil
    }
  }
}
