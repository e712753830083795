import Foundation
import Glibc
import Logging
import TestSupport

@testable import Cache

/// A Redis server of one test's own, which it may stop, freeze and kill.
final class PrivateRedis: Sendable {
  let port: Int
  let socket: String
  private let folder: String
  private let password: String?
  private let arguments: [String]
  /// What there is in the place of one server.
  private let cluster: PrivateCluster?

  static let isThere = TestServers.redisURL != nil
  static let absence = "needs redis-server and TRACEGATE_TEST_REDIS_URL; scripts/test sets it"

  /// - Parameter arguments: further settings of the server.
  init(password: String? = nil, arguments: [String] = [], cluster: PrivateCluster? = nil) throws {
    self.cluster = cluster
    port = try LoopbackSocket.freePort()
    folder = FileManager.default.temporaryDirectory.path + "/tracegate-cache-\(UUID().uuidString.prefix(8))"
    socket = folder + "/redis.sock"
    self.password = password
    self.arguments = arguments
    if cluster == nil { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }
  }

  /// Starts the server, runs `body`, and ends it. In a test that is ``OnEveryRedis`` it may be a cluster.
  static func run(
    password: String? = nil,
    arguments: [String] = [],
    _ body: (PrivateRedis, Program) async throws -> Void
  ) async throws {
    if RedisKind.current == .cluster {
      return try await PrivateCluster.borrow { cluster in
        try await body(try PrivateRedis(cluster: cluster), cluster.nodes[0].program)
      }
    }
    let redis = try PrivateRedis(password: password, arguments: arguments)
    let program = try await redis.start()
    do {
      try await body(redis, program)
    } catch {
      await redis.end(program)
      throw error
    }
    await redis.end(program)
  }

  /// Starts the server, with nothing in it, and waits until it answers.
  func start() async throws -> Program {
    var arguments = ["--port", "\(port)", "--bind", "127.0.0.1", "--unixsocket", socket, "--save", "", "--dir", folder]
    if let password { arguments += ["--requirepass", password] }
    arguments += self.arguments
    let program = try await Program("redis-server", arguments)
    var patient = RedisConfiguration(address: address)
    patient.timeout = .seconds(5)
    let client = RedisClient(configuration: patient, logger: .silent)
    try await Patience.wait(for: "redis-server on port \(port)") { try? await client.ping() }
    await client.close()
    return program
  }

  func end(_ program: Program) async {
    program.signal(SIGCONT)
    program.signal(SIGKILL)
    _ = await program.outcome()
    try? FileManager.default.removeItem(atPath: folder)
  }

  var address: RedisAddress { address(port: port) }

  func address(port: Int) -> RedisAddress {
    var address = RedisAddress(endpoint: .tcp(host: "127.0.0.1", port: port))
    address.password = password
    return address
  }

  /// The way to it without any proxy.
  var configuration: RedisConfiguration { cluster?.configuration ?? RedisConfiguration(address: address) }

  /// Says something to every server there is.
  func everywhere(_ command: RedisCommand) async throws {
    guard let cluster else {
      let client = client()
      _ = try await client.send(command)
      return await client.close()
    }
    for node in cluster.nodes { _ = try await node.client.send(command) }
  }

  /// A client with one connection. Tests share the machine, so its deadline is longer than the product's.
  func client(through proxy: WireProxy? = nil, timeout: Duration = .seconds(5)) -> RedisClient {
    var configuration = configuration
    if let proxy, cluster == nil { configuration.address = address(port: proxy.port) }
    configuration.connectionCount = 1
    configuration.timeout = timeout
    return RedisClient(configuration: configuration, logger: .silent)
  }

  func proxy() throws -> WireProxy {
    try WireProxy(to: .tcp(host: "127.0.0.1", port: port))
  }
}

extension Logger {
  static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
