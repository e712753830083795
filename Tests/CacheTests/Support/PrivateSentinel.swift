import Foundation
import Glibc
import TestSupport

@testable import Cache

/// A master with one replica, and a Sentinel that watches over them.
final class PrivateSentinel: Sendable {
  struct Server: Sendable {
    let port: Int
    let program: Program
    /// Talks to this one alone.
    let client: RedisClient

    var endpoint: RedisAddress.Endpoint { .tcp(host: "127.0.0.1", port: port) }
  }

  static let masterName = "my master"
  let sentinel: Server
  /// The first is the master at the beginning.
  let servers: [Server]
  private let folder: String
  private let password: String?

  /// - Parameter password: of the Sentinel itself.
  static func run(password: String? = nil, _ body: (PrivateSentinel) async throws -> Void) async throws {
    let stand = try await PrivateSentinel(password: password)
    do {
      try await stand.waitUntilWatched()
      try await body(stand)
    } catch {
      await stand.end()
      throw error
    }
    await stand.end()
  }

  private init(password: String?) async throws {
    self.password = password
    let folder = FileManager.default.temporaryDirectory.path + "/tracegate-sentinel-\(UUID().uuidString.prefix(8))"
    self.folder = folder
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let common = ["--bind", "127.0.0.1", "--save", "", "--dir", folder, "--repl-diskless-sync-delay", "0"]
    let master = try await Self.start(common)
    let replica = try await Self.start(common + ["--replicaof", "127.0.0.1 \(master.port)"])
    servers = [master, replica]
    let file = folder + "/sentinel.conf"
    let lines = [
      "bind 127.0.0.1", "dir \(folder)", "sentinel monitor \"\(Self.masterName)\" 127.0.0.1 \(master.port) 1",
      "sentinel down-after-milliseconds \"\(Self.masterName)\" 500",
      "sentinel failover-timeout \"\(Self.masterName)\" 3000",
    ]
    let login = password.map { ["requirepass \($0)"] } ?? []
    try Data((lines + login).joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: file))
    sentinel = try await Self.start([file], ["--sentinel"], password: password)
  }

  private static func start(
    _ first: [String],
    _ last: [String] = [],
    password: String? = nil
  ) async throws -> Server {
    let port = try LoopbackSocket.freePort()
    let program = try await Program("redis-server", first + ["--port", "\(port)"] + last)
    var configuration = RedisConfiguration(address: RedisAddress(endpoint: .tcp(host: "127.0.0.1", port: port)))
    configuration.address.password = password
    configuration.timeout = .seconds(5)
    configuration.connectionCount = 1
    let client = RedisClient(configuration: configuration, logger: .silent)
    try await Patience.wait(for: "redis-server on port \(port)") { try? await client.ping() }
    return Server(port: port, program: program, client: client)
  }

  private func waitUntilWatched() async throws {
    try await Patience.wait(for: "the Sentinel to know the replica") {
      let replicas = try await sentinel.client.send(RedisCommand("SENTINEL", "REPLICAS", Self.masterName))
      guard case .array(let found) = replicas, case .array(let fields)? = found.first else { return nil as Bool? }
      let text = fields.compactMap(\.text)
      // It takes over only when its link has been up.
      return zip(text, text.dropFirst()).contains { $0 == ("master-link-status", "ok") } ? true : nil
    }
  }

  private func end() async {
    for server in [sentinel] + servers {
      server.program.signal(SIGCONT)
      server.program.signal(SIGKILL)
      _ = await server.program.outcome()
      await server.client.close()
    }
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// As `redis+sentinel://…` says it; the first Sentinel that is named does not exist.
  func configuration(master: String = masterName) throws -> RedisConfiguration {
    var group = SentinelGroup(
      sentinels: [.tcp(host: "127.0.0.1", port: try LoopbackSocket.freePort()), sentinel.endpoint],
      master: master
    )
    group.password = password
    var configuration = RedisConfiguration(address: RedisAddress(endpoint: group.sentinels[0]))
    configuration.topology = .sentinel(group)
    configuration.connectionCount = 2
    configuration.timeout = .seconds(5)
    return configuration
  }
}
