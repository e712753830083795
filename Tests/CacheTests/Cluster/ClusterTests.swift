import Glibc
import TestSupport
import Testing

@testable import Cache

@Suite(.enabled(if: PrivateRedis.isThere, Comment(rawValue: PrivateRedis.absence)), .serialized, .inTurn)
struct ClusterTests {
  private let keys = (0..<30).map { "k\($0)" }

  @Test func asksEachNodeOnceForAWholeBatch() async throws {
    try await PrivateCluster.run(isProxied: true) { cluster in
      let client = cluster.client()
      _ = try await client.pipeline(keys.map { RedisCommand("SET", $0, "v" + $0) })
      for node in cluster.nodes { node.proxy?.resetCounts() }
      let before = client.statistics
      let replies = try await client.pipeline(keys.map { RedisCommand("GET", $0) })
      #expect(replies.map(\.text) == keys.map { "v" + $0 })
      #expect(cluster.nodes.map { $0.proxy?.counts.turns } == [1, 1, 1])
      #expect(client.statistics.roundTrips - before.roundTrips == 3)
      #expect(client.statistics.redirections == 0)
      await client.close()
    }
  }

  @Test func findsTheClusterByTheSeedThatAnswers() async throws {
    try await PrivateCluster.borrow { cluster in
      var configuration = cluster.configuration
      let nobody = RedisAddress.Endpoint.tcp(host: "127.0.0.1", port: try LoopbackSocket.freePort())
      configuration.topology = .cluster(seeds: [nobody, cluster.seeds[2]])
      let client = RedisClient(configuration: configuration, logger: .silent)
      try await Patience.wait(for: "the cluster") { try? await client.ping() }
      _ = try await client.pipeline(keys.map { RedisCommand("SET", $0, "v") })
      await client.close()
      configuration.topology = .cluster(seeds: [nobody])
      let lost = RedisClient(configuration: configuration, logger: .silent)
      let error = await #expect(throws: CacheError.self) { try await lost.ping() }
      #expect(error == CacheError(.unavailable, "No node of the cluster holds a key's slot"))
      await lost.close()
    }
  }

  /// A cluster that does not answer costs the callers their deadline, and no more.
  @Test func waitsForNoAnswerBeyondTheDeadline() async throws {
    try await PrivateCluster.run { cluster in
      for node in cluster.nodes { node.program.signal(SIGSTOP) }
      var configuration = cluster.configuration
      configuration.timeout = .milliseconds(100)
      configuration.connectTimeout = .seconds(20)
      let client = RedisClient(configuration: configuration, logger: .silent)
      let start = ContinuousClock.now
      await #expect(throws: CacheError.self) { try await client.ping() }
      // Far from the time that asking all of them takes.
      #expect(ContinuousClock.now - start < .seconds(20))
      for node in cluster.nodes { node.program.signal(SIGCONT) }
      try await Patience.wait(for: "an answer") { try? await client.ping() }
      await client.close()
      await #expect(throws: CacheError(.unavailable, "The connection to Redis was closed")) { try await client.ping() }
    }
  }

  /// A slot is moved key by key while it is used: `ASK` for what is gone, then `MOVED` for the slot.
  @Test func followsASlotThatIsMoved() async throws {
    try await PrivateCluster.run { cluster in
      let client = cluster.client()
      let keys = ["{x}1", "{x}2", "{x}3"]
      _ = try await client.pipeline(keys.map { RedisCommand("SET", $0, "v" + $0) })
      let from = cluster.firstOwner(of: "{x}1")
      let to = (from + 1) % 3
      try await beginMoving("{x}1", from, to, cluster)
      try await cluster.ask(from, "MIGRATE 127.0.0.1 \(cluster.nodes[to].port) {x}1 0 5000")

      #expect(try await client.send(RedisCommand("GET", "{x}1")).text == "v{x}1")
      #expect(client.statistics.redirections == 1)
      // Half of a batch is elsewhere; the order of its replies is that of its commands.
      #expect(try await client.pipeline(keys.map { RedisCommand("GET", $0) }).map(\.text) == keys.map { "v" + $0 })
      #expect(client.statistics.redirections == 2)
      // One command with keys on both sides can be done by neither.
      var both = RedisCommand("MGET", "{x}1")
      both.append(text: "{x}2")
      let refused = try await client.pipeline([both])
      #expect(refused == [.error("TRYAGAIN Multiple keys request during rehashing of slot")])

      for key in keys.dropFirst() {
        try await cluster.ask(from, "MIGRATE 127.0.0.1 \(cluster.nodes[to].port) \(key) 0 5000")
      }
      let before = client.statistics.redirections
      try await endMoving("{x}1", to, cluster)
      #expect(try await client.pipeline(keys.map { RedisCommand("GET", $0) }).map(\.text) == keys.map { "v" + $0 })
      #expect(client.statistics.redirections == before + 1)
      // Now it knows.
      #expect(try await client.send(RedisCommand("INCR", "{x}4")) == .integer(1))
      #expect(client.statistics.redirections == before + 1)
      await client.close()
    }
  }

  @Test func aKilledNodeCostsItsOwnKeysOnly() async throws {
    try await PrivateCluster.run { cluster in
      let client = cluster.client(timeout: .milliseconds(500))
      _ = try await client.pipeline(keys.map { RedisCommand("SET", $0, "v") })
      cluster.nodes[1].program.signal(SIGKILL)
      _ = await cluster.nodes[1].program.outcome()
      let replies = try await client.pipeline(keys.map { RedisCommand("GET", $0) })
      for (key, reply) in zip(keys, replies) {
        if cluster.firstOwner(of: key) == 1 {
          guard case .error = reply else { throw TestFailure("\(key) was answered with \(reply)") }
        } else {
          #expect(reply.text == "v")
        }
      }
      await client.close()
    }
  }

  /// From the death of a primary to the first write that its replica takes.
  @Test func goesOnWithTheReplicaOfAKilledPrimary() async throws {
    try await PrivateCluster.run(replicas: 1) { cluster in
      let client = cluster.client(timeout: .milliseconds(500))
      let life = Task { await client.run() }
      let key = try #require(keys.first { cluster.firstOwner(of: $0) == 0 })
      _ = try await client.pipeline([RedisCommand("SET", key, "v"), RedisCommand("WAIT", "1", "1000")])
      cluster.nodes[0].program.signal(SIGKILL)
      _ = await cluster.nodes[0].program.outcome()
      await #expect(throws: CacheError.self) { try await client.send(RedisCommand("GET", key)) }
      let value = try await Patience.wait(for: "the replica to take over") {
        try? await client.send(RedisCommand("GET", key)).text
      }
      #expect(value == "v")
      _ = try await client.send(RedisCommand("SET", key, "w"))
      life.cancel()
      await life.value
    }
  }

  // MARK: Memory

  /// A primary that nobody listens to may hold any key: then memory is empty and off.
  @Test func keepsNothingInMemoryUnlessAllPrimariesTell() async throws {
    try await PrivateCluster.run(isProxied: true) { cluster in
      try await withMemory(cluster) { cache, client in
        _ = try await client.pipeline(keys.map { RedisCommand("SET", "a:" + $0, "v") })
        try await Patience.wait(for: "the values in memory") { await fill(cache) ? true : nil }
        cluster.nodes[1].proxy?.cutConnections()
        try await Patience.wait(for: "memory to be emptied") { cache.statistics.memory?.sessions == 2 ? true : nil }
        try await Patience.wait(for: "the values in memory again") { await fill(cache) ? true : nil }
        // Frozen for longer than it may hesitate.
        cluster.nodes[1].program.signal(SIGSTOP)
        try await Patience.wait(for: "memory to be off") { cache.isMemoryUsable ? nil : true }
        cluster.nodes[1].program.signal(SIGCONT)
        try await Patience.wait(for: "the values in memory again") { await fill(cache) ? true : nil }
      }
    }
  }

  /// The slot goes to a primary that nobody has listened to, since it held none; then somebody writes there.
  @Test func losesFromMemoryWhatANewPrimaryChanges() async throws {
    try await PrivateCluster.run(isThirdEmpty: true) { cluster in
      // Only what commands are answered says that the cluster has changed.
      try await withMemory(cluster, isFollowed: false) { cache, client in
        let key = try #require(keys.map { "a:" + $0 }.first { cluster.firstOwner(of: $0) == 0 })
        _ = try await client.send(RedisCommand("SET", key, "old"))
        try await Patience.wait(for: "the value in memory") { await isInMemory(key, "old", cache) ? true : nil }
        try await beginMoving(key, 0, 2, cluster)
        try await cluster.ask(0, "MIGRATE 127.0.0.1 \(cluster.nodes[2].port) \(key) 0 5000")
        try await Patience.wait(for: "the value to leave memory") {
          cache.readMemory([CacheKey(key)], generationOf: nil) == nil ? true : nil
        }
        // Read by way of ASK, from one that does not tell: not to be kept.
        #expect(await cache.read([CacheKey(key)], generationOf: nil).values[0]?.bytes == Array("old".utf8))
        #expect(cache.readMemory([CacheKey(key)], generationOf: nil) == nil)
        try await endMoving(key, 2, cluster)
        // The same by way of MOVED: it does not tell yet.
        #expect(await cache.read([CacheKey(key)], generationOf: nil).values[0]?.bytes == Array("old".utf8))
        #expect(cache.readMemory([CacheKey(key)], generationOf: nil) == nil)
        try await Patience.wait(for: "the value in memory") { await isInMemory(key, "old", cache) ? true : nil }
        _ = try await cluster.nodes[2].client.send(RedisCommand("SET", key, "new"))
        try await Patience.wait(for: "the new value in memory") { await isInMemory(key, "new", cache) ? true : nil }
      }
    }
  }

  // MARK: Pieces

  private func fill(_ cache: FieldCache) async -> Bool {
    let all = keys.map { CacheKey("a:" + $0) }
    _ = await cache.read(all, generationOf: "w1")
    return cache.readMemory(all, generationOf: "w1") != nil
  }

  private func isInMemory(_ key: String, _ value: String, _ cache: FieldCache) async -> Bool {
    _ = await cache.read([CacheKey(key)], generationOf: nil)
    return cache.readMemory([CacheKey(key)], generationOf: nil)?.values[0]?.bytes == Array(value.utf8)
  }

  private func withMemory(
    _ cluster: PrivateCluster,
    isFollowed: Bool = true,
    _ body: (FieldCache, RedisClient) async throws -> Void
  ) async throws {
    let client = cluster.client()
    let memory = MemoryConfiguration(maximumBytes: 1 << 20, prefixes: ["a:"])
    let cache = FieldCache(redis: client, logger: .silent, memory: memory)
    let lives = [Task { await cache.run() }] + (isFollowed ? [Task { await client.run() }] : [])
    try await Patience.wait(for: "tracking") { cache.isMemoryUsable ? true : nil }
    do {
      try await body(cache, client)
    } catch {
      for life in lives { life.cancel() }
      throw error
    }
    for life in lives { life.cancel() }
    for life in lives { await life.value }
    await client.close()
  }

  private func beginMoving(_ key: String, _ from: Int, _ to: Int, _ cluster: PrivateCluster) async throws {
    let slot = KeySlot.slot(of: Array(key.utf8)[...])
    let names = [try await name(from, cluster), try await name(to, cluster)]
    try await cluster.ask(to, "CLUSTER SETSLOT \(slot) IMPORTING \(names[0])")
    try await cluster.ask(from, "CLUSTER SETSLOT \(slot) MIGRATING \(names[1])")
  }

  private func endMoving(_ key: String, _ to: Int, _ cluster: PrivateCluster) async throws {
    let slot = KeySlot.slot(of: Array(key.utf8)[...])
    let name = try await name(to, cluster)
    for node in [to] + (0..<3).filter({ $0 != to }) {
      try await cluster.ask(node, "CLUSTER SETSLOT \(slot) NODE \(name)")
    }
  }

  private func name(_ node: Int, _ cluster: PrivateCluster) async throws -> String {
    try await cluster.ask(node, "CLUSTER MYID").text ?? ""
  }
}
