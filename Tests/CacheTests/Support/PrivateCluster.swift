import Foundation
import Glibc
import Synchronization
import TestSupport

@testable import Cache

/// A Redis Cluster of one test's own: three primaries, each with a third of the slots, and replicas if wanted.
final class PrivateCluster: Sendable {
  struct Node: Sendable {
    let port: Int
    let busPort: Int
    /// Where clients find it: the node's own port, or that of a proxy.
    let announcedPort: Int
    let program: Program
    let proxy: WireProxy?
    /// Talks to this node alone, past the proxy.
    let client: RedisClient

    var endpoint: RedisAddress.Endpoint { .tcp(host: "127.0.0.1", port: announcedPort) }
  }

  private let folder: String
  /// Where the slots of each primary end.
  private let bounds: [Int]
  /// The primaries, then the replicas, the first of which is that of the first primary.
  let nodes: [Node]

  // MARK: Life

  /// Starts the servers, runs `body`, and ends them.
  /// - Parameters:
  ///   - replicas: of the first primaries.
  ///   - isProxied: clients come by way of proxies.
  ///   - isThirdEmpty: the third primary has no slots, and the others have half each.
  static func run(
    replicas: Int = 0,
    isProxied: Bool = false,
    isThirdEmpty: Bool = false,
    _ body: (PrivateCluster) async throws -> Void
  ) async throws {
    let cluster = try await PrivateCluster(replicas: replicas, isProxied: isProxied, isThirdEmpty: isThirdEmpty)
    do {
      try await cluster.form()
      try await body(cluster)
    } catch {
      await cluster.end()
      throw error
    }
    await cluster.end()
  }

  init(replicas: Int, isProxied: Bool, isThirdEmpty: Bool = false) async throws {
    bounds = isThirdEmpty ? [8192, KeySlot.count] : [5461, 10_923, KeySlot.count]
    let folder = FileManager.default.temporaryDirectory.path + "/tracegate-cluster-\(UUID().uuidString.prefix(8))"
    self.folder = folder
    var nodes: [Node] = []
    for number in 0..<(3 + replicas) {
      nodes.append(try await Self.start("\(folder)/\(number)", isProxied: isProxied))
    }
    self.nodes = nodes
  }

  private static func start(_ folder: String, isProxied: Bool) async throws -> Node {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let port = try LoopbackSocket.freePort()
    let busPort = try LoopbackSocket.freePort()
    let proxy = isProxied ? try WireProxy(to: .tcp(host: "127.0.0.1", port: port)) : nil
    let announcedPort = proxy?.port ?? port
    let program = try await Program(
      "redis-server",
      [
        "--port", "\(port)", "--bind", "127.0.0.1", "--save", "", "--dir", folder, "--cluster-enabled", "yes",
        "--cluster-port", "\(busPort)", "--cluster-node-timeout", "1000", "--cluster-announce-port", "\(announcedPort)",
        "--cluster-require-full-coverage", "no", "--cluster-allow-replica-migration", "no",
        "--repl-diskless-sync-delay", "0",
      ]
    )
    var configuration = RedisConfiguration(address: RedisAddress(endpoint: .tcp(host: "127.0.0.1", port: port)))
    configuration.timeout = .seconds(5)
    configuration.connectionCount = 1
    let client = RedisClient(configuration: configuration, logger: .silent)
    try await Patience.wait(for: "redis-server on port \(port)") { try? await client.ping() }
    return Node(
      port: port,
      busPort: busPort,
      announcedPort: announcedPort,
      program: program,
      proxy: proxy,
      client: client
    )
  }

  /// Makes a cluster of the servers, and waits until all of them know it.
  func form() async throws {
    for (number, node) in nodes.enumerated() {
      if number < bounds.count {
        let first = number == 0 ? 0 : bounds[number - 1]
        try await ask(number, "CLUSTER ADDSLOTSRANGE \(first) \(bounds[number] - 1)")
      }
      try await ask(number, "CLUSTER SET-CONFIG-EPOCH \(number + 1)")
      if number > 0 { try await ask(0, "CLUSTER MEET 127.0.0.1 \(node.port) \(node.busPort)") }
    }
    for number in nodes.indices {
      try await Patience.wait(for: "the cluster") {
        let state = try await ask(number, "CLUSTER INFO").text ?? ""
        let isWhole = ["state:ok", "known_nodes:\(nodes.count)", "slots_ok:\(KeySlot.count)"].allSatisfy {
          state.contains("cluster_\($0)\r\n")
        }
        return isWhole ? true : nil
      }
    }
    for number in nodes.indices.dropFirst(3) {
      let primary = try await ask(number - 3, "CLUSTER MYID").text ?? ""
      try await Patience.wait(for: "the replica") { try? await ask(number, "CLUSTER REPLICATE \(primary)") }
      try await Patience.wait(for: "the replica's data") {
        let info = try await ask(number, "INFO replication").text ?? ""
        return info.contains("master_link_status:up") ? true : nil
      }
    }
  }

  func end() async {
    for node in nodes {
      node.program.signal(SIGCONT)
      node.program.signal(SIGKILL)
      _ = await node.program.outcome()
      node.proxy?.stop()
      await node.client.close()
    }
    try? FileManager.default.removeItem(atPath: folder)
  }

  // MARK: Use

  var seeds: [RedisAddress.Endpoint] { nodes.prefix(3).map(\.endpoint) }

  var configuration: RedisConfiguration {
    var configuration = RedisConfiguration(address: RedisAddress(endpoint: seeds[0]))
    configuration.topology = .cluster(seeds: seeds)
    configuration.connectionCount = 1
    configuration.timeout = .seconds(5)
    return configuration
  }

  func client(timeout: Duration = .seconds(5)) -> RedisClient {
    var configuration = configuration
    configuration.timeout = timeout
    return RedisClient(configuration: configuration, logger: .silent)
  }

  /// Says something to one node alone, words between blanks.
  @discardableResult
  func ask(_ node: Int, _ words: String) async throws -> RedisReply {
    let words = words.split(separator: " ").map { "'\($0)'" }.joined(separator: ",")
    guard words.hasPrefix("'CLUSTER'") || words.hasPrefix("'MIGRATE'") else {
      return try await nodes[node].client.send(RedisCommand("EVAL", "return redis.call(\(words))", "0"))
    }
    // Not allowed in scripts, and a command's name is fixed text.
    var command = words.hasPrefix("'CLUSTER'") ? RedisCommand("CLUSTER") : RedisCommand("MIGRATE")
    for word in words.split(separator: ",").dropFirst() { command.append(text: String(word.dropFirst().dropLast())) }
    return try await nodes[node].client.send(command)
  }

  /// Which primary held the slot at the beginning.
  func firstOwner(of key: String) -> Int {
    let slot = KeySlot.slot(of: Array(key.utf8)[...])
    return bounds.firstIndex { slot < $0 } ?? 0
  }

  // MARK: Sharing

  private static let spare = Mutex<[PrivateCluster]>([])
  /// The servers end with this process, their folders do not.
  private static let removesFolders: Void = {
    atexit {
      for cluster in PrivateCluster.spare.withLock({ $0 }) {
        try? FileManager.default.removeItem(atPath: cluster.folder)
      }
    }
  }()

  /// The same with a cluster that other tests have used, for making one takes two seconds. It is left empty.
  static func borrow(_ body: (PrivateCluster) async throws -> Void) async throws {
    _ = removesFolders
    let cluster: PrivateCluster
    if let spare = spare.withLock({ $0.popLast() }) {
      cluster = spare
    } else {
      cluster = try await PrivateCluster(replicas: 0, isProxied: false)
      try await cluster.form()
    }
    do {
      try await body(cluster)
      for node in cluster.nodes {
        _ = try await node.client.pipeline([
          RedisCommand("FLUSHALL"), RedisCommand("CONFIG", "SET", "maxmemory", "0"),
          RedisCommand("CONFIG", "RESETSTAT"),
        ])
      }
      spare.withLock { $0.append(cluster) }
    } catch {
      await cluster.end()
      throw error
    }
  }
}
