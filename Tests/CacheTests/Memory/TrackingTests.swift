import Glibc
import TestSupport
import Testing

@testable import Cache

/// Memory without Redis telling of changes.
@Suite(.enabled(if: PrivateRedis.isThere, Comment(rawValue: PrivateRedis.absence)), .serialized, .inTurn)
struct TrackingTests {
  private let key = "a:w1:1"

  @Test func emptiesWhenTheConnectionIsKilledAndBeginsAgain() async throws {
    try await MemoryStand.run { stand, _ in
      try await stand.fill(key, "one")
      try await stand.ask("CLIENT", "KILL", "TYPE", "pubsub")
      try await stand.waitForSession(2)
      #expect(stand.readMemory(key) == nil)
      try await stand.fill(key, "two")
    }
  }

  @Test func emptiesWhenRedisIsKilledAndBeginsAgainWithTheNextOne() async throws {
    try await MemoryStand.run { stand, program in
      try await stand.fill(key, "one")
      program.signal(SIGKILL)
      _ = await program.outcome()
      try await Patience.wait(for: "memory to be off") { stand.memory.isTracking ? nil : true }
      #expect(stand.memory.entries == 0)
      #expect(await stand.read(key) == nil)
      let successor = try await stand.redis.start()
      try await stand.waitForSession(2)
      #expect(await stand.read(key) == nil)
      try await Patience.wait(for: "the clients") { try? await stand.fill(key, "two") }
      await stand.redis.end(successor)
    }
  }

  /// A frozen server may also be one that cannot be reached while others still write to it.
  @Test func isNotUsedWhenRedisDoesNotConfirm() async throws {
    try await MemoryStand.run(staleness: .milliseconds(100)) { stand, program in
      try await stand.ask("SET", key, "one", "PX", "600000")
      _ = try await Patience.wait(for: "the value in memory") { () -> String? in
        _ = await stand.read(key)
        return stand.readMemory(key)
      }
      program.signal(SIGSTOP)
      try await Patience.wait(for: "memory to be left alone") { stand.readMemory(key) == nil ? true : nil }
      try await Patience.wait(for: "memory to be off") { stand.memory.isTracking ? nil : true }
      #expect(stand.memory.entries == 0)
      program.signal(SIGCONT)
      try await Patience.wait(for: "the value in memory again") { () -> String? in
        _ = await stand.read(key)
        return stand.readMemory(key)
      }
    }
  }

  @Test func logsInBeforeItTracks() async throws {
    try await PrivateRedis.run(password: "s3cret") { redis, _ in
      try await begins(redis.client())
    }
  }

  @Test func stopsWithItsTask() async throws {
    try await PrivateRedis.run { redis, _ in
      let client = redis.client()
      let cache = cache(client)
      let life = Task { await cache.run() }
      try await Patience.wait(for: "tracking") { cache.isMemoryUsable ? true : nil }
      life.cancel()
      await life.value
      try await Patience.wait(for: "the end of tracking") { cache.isMemoryUsable ? nil : true }
      try await Patience.wait(for: "the connection to close") {
        let clients = try await client.send(RedisCommand("CLIENT", "LIST", "TYPE", "pubsub")).text
        return clients == "" ? true : nil
      }
      await client.close()
    }
  }

  /// A Redis that does not track, by its access rules, is used without memory.
  @Test func goesOnWithoutMemoryWhereTrackingIsForbidden() async throws {
    try await PrivateRedis.run { redis, _ in
      let client = redis.client()
      _ = try await client.send(RedisCommand("ACL", "SETUSER", "default", "-client|tracking"))
      let cache = cache(client)
      let life = Task { await cache.run() }
      cache.write([CacheWrite(key: CacheKey(key), bytes: [1], ttl: .seconds(60))], workspace: "w1")
      await cache.flush()
      for _ in 0..<2 { #expect(await cache.read([CacheKey(key)], generationOf: "w1").values[0]?.bytes == [1]) }
      #expect(cache.statistics.redisHits == 2)
      #expect(cache.statistics.memory?.sessions == 0)
      _ = try await client.send(RedisCommand("ACL", "SETUSER", "default", "+client|tracking"))
      try await Patience.wait(for: "tracking") { cache.isMemoryUsable ? true : nil }
      life.cancel()
      await client.close()
    }
  }

  @Test(arguments: [
    "+OK\r\n", "*3\r\n$7\r\nmessage\r\n$5\r\nother\r\n$1\r\nx\r\n", "HTTP/1.1 200 OK\r\n\r\n", "-ERR no\r\n",
  ])
  func beginsAgainWhenItHearsNonsense(_ nonsense: String) async throws {
    try await PrivateRedis.run { redis, _ in
      let wire = try redis.proxy()
      defer { wire.stop() }
      let client = redis.client(through: wire)
      let cache = cache(client)
      let life = Task { await cache.run() }
      try await Patience.wait(for: "tracking") { cache.isMemoryUsable ? true : nil }
      wire.replaceNextReply(with: Array(nonsense.utf8))
      try await Patience.wait(for: "a new session") { cache.statistics.memory?.sessions == 2 ? true : nil }
      life.cancel()
      await client.close()
    }
  }

  private func begins(_ client: RedisClient) async throws {
    let cache = cache(client)
    let life = Task { await cache.run() }
    try await Patience.wait(for: "tracking") { cache.isMemoryUsable ? true : nil }
    life.cancel()
    await client.close()
  }

  private func cache(_ client: RedisClient) -> FieldCache {
    FieldCache(redis: client, logger: .silent, memory: MemoryConfiguration(maximumBytes: 1 << 20, prefixes: ["a:"]))
  }
}
