import Glibc
import TestSupport
import Testing

@testable import Cache

@Suite(.enabled(if: PrivateRedis.isThere, Comment(rawValue: PrivateRedis.absence)), .serialized, .inTurn)
struct SentinelTests {
  @Test func asksTheSentinelsForTheMaster() async throws {
    try await PrivateSentinel.run(password: "sentinels-own") { stand in
      var configuration = try stand.configuration()
      configuration.address.database = 3
      let client = RedisClient(configuration: configuration, logger: .silent)
      _ = try await client.send(RedisCommand("SET", "k", "v"))
      let description = try await client.send(RedisCommand("CLIENT", "INFO")).text ?? ""
      #expect(description.contains(" db=3 ") && description.contains(" laddr=\(stand.servers[0].endpoint) "))
      await client.close()
      let stranger = RedisClient(configuration: try stand.configuration(master: "other"), logger: .silent)
      let error = await #expect(throws: CacheError.self) { try await stranger.ping() }
      #expect(
        error?.detail == "the Sentinel at \(stand.sentinel.endpoint) knows no master 'other'; check the name in the URL"
      )
      await stranger.close()
    }
  }

  /// A Sentinel that has not heard yet names a server that is a replica by now.
  @Test func takesNoReplicaForAMaster() async throws {
    try await PrivateSentinel.run { stand in
      _ = try await stand.sentinel.client.send(RedisCommand("SENTINEL", "REMOVE", PrivateSentinel.masterName))
      let replica = "\(stand.servers[1].port)"
      _ = try await stand.sentinel.client.send(
        RedisCommand("SENTINEL", "MONITOR", PrivateSentinel.masterName, "127.0.0.1", replica, "1")
      )
      let client = RedisClient(configuration: try stand.configuration(), logger: .silent)
      let error = await #expect(throws: CacheError.self) { try await client.ping() }
      #expect(error?.message == "Redis is a replica")
      #expect(
        error?.detail == "redis://127.0.0.1:\(replica) is no master (slave); the Sentinels are asked again"
      )
      await client.close()
    }
  }

  @Test func goesOnWithTheNewMasterWhenTheOldOneIsKilled() async throws {
    try await PrivateSentinel.run { stand in
      try await failOver(stand) {
        stand.servers[0].program.signal(SIGKILL)
        _ = await stand.servers[0].program.outcome()
      }
    }
  }

  /// The old master lives on, and is left all the same.
  @Test func leavesAMasterThatIsReplaced() async throws {
    try await PrivateSentinel.run { stand in
      try await failOver(stand) {
        // It refuses while it knows too little of the replica.
        try await Patience.wait(for: "the failover to begin") {
          try? await stand.sentinel.client.send(RedisCommand("SENTINEL", "FAILOVER", PrivateSentinel.masterName))
        }
      }
    }
  }

  private func failOver(_ stand: PrivateSentinel, _ cause: () async throws -> Void) async throws {
    let client = RedisClient(configuration: try stand.configuration(), logger: .silent)
    let memory = MemoryConfiguration(maximumBytes: 1 << 20, prefixes: ["a:"])
    let cache = FieldCache(redis: client, logger: .silent, memory: memory)
    let lives = [Task { await client.run() }, Task { await cache.run() }]
    let key = CacheKey("a:1")
    func inMemory() async -> [UInt8]? {
      _ = await cache.read([key], generationOf: nil)
      return cache.readMemory([key], generationOf: nil)?.values[0]?.bytes
    }
    _ = try await client.pipeline([RedisCommand("SET", "a:1", "old"), RedisCommand("WAIT", "1", "1000")])
    try await Patience.wait(for: "the value in memory") { await inMemory() == Array("old".utf8) ? true : nil }
    try await cause()
    try await Patience.wait(for: "the replica to be master") {
      // A server that is promoted closes its connections.
      let role = try? await stand.servers[1].client.send(RedisCommand("ROLE"))
      guard case .array(let parts)? = role else { return nil as Bool? }
      return parts.first?.text == "master" ? true : nil
    }
    try await Patience.wait(for: "a write by the new master") {
      guard (try? await client.send(RedisCommand("SET", "b", "x"))) != nil else { return nil as Bool? }
      return try? await stand.servers[1].client.send(RedisCommand("GET", "b")).text == "x" ? true : nil
    }
    // Memory follows the new master, whoever writes there.
    try await Patience.wait(for: "the value in memory") { await inMemory() == Array("old".utf8) ? true : nil }
    _ = try await stand.servers[1].client.send(RedisCommand("SET", "a:1", "new"))
    try await Patience.wait(for: "the new value") { await inMemory() == Array("new".utf8) ? true : nil }
    for life in lives { life.cancel() }
    for life in lives { await life.value }
  }
}
