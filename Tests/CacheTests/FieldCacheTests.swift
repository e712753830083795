import Glibc
import TestSupport
import Testing

@testable import Cache

@Suite(.enabled(if: PrivateRedis.isThere, Comment(rawValue: PrivateRedis.absence)), .serialized, .inTurn)
struct FieldCacheTests {
  static let keys = ["home_kpis:w1:24h", "alerts:recent:w1:10:all", "activity:stream:w1:50", "traces:list:w1:ab"]
    .map { CacheKey($0) }

  @Test func readsAllKeysAndTheGenerationInOneRoundTrip() async throws {
    try await PrivateRedis.run { redis, _ in
      let proxy = try redis.proxy()
      defer { proxy.stop() }
      let client = redis.client(through: proxy)
      let cache = FieldCache(redis: client, logger: .silent)
      cache.write([Self.entry(0), Self.entry(2)], workspace: "w1")
      await cache.flush()
      proxy.resetCounts()
      let batch = await cache.read(Self.keys, generationOf: "w1")
      #expect(proxy.counts.turns == 1)
      #expect(batch.values.map { $0?.bytes } == [Self.body(0), nil, Self.body(2), nil])
      #expect(batch.values.allSatisfy { $0.map { (.zero)...(.seconds(60)) ~= $0.remaining } ?? true })
      #expect((batch.workspaceGeneration ?? 0) > 1_700_000_000_000)
      #expect(cache.statistics == CacheStatistics(redisHits: 2, misses: 2, writes: 2))
      await client.close()
    }
  }

  @Test(.onEveryRedis) func storesWithExpiryAndIndex() async throws {
    try await with { cache, client in
      cache.write([Self.entry(0), Self.entry(1)], workspace: "w1")
      cache.write([CacheWrite(key: CacheKey("trace:detail:t"), bytes: [1], ttl: .microseconds(10))], workspace: nil)
      await cache.flush()
      let ttl = try await client.send(RedisCommand("PTTL", Self.keys[0])).integer ?? 0
      #expect((1...60_000).contains(ttl))
      let indexTTL = try await client.send(RedisCommand("TTL", "idx:w1")).integer ?? 0
      #expect((80_000...86_400).contains(indexTTL))
      #expect(try await client.send(RedisCommand("ZCARD", "idx:w1")) == .integer(2))
    }
  }

  /// A workspace that is never invalidated, and asked for ever new ranges, would collect names for ever.
  @Test(.onEveryRedis) func forgetsTheKeysThatHaveExpired() async throws {
    try await with { cache, client in
      for (key, score) in [("a:w1:old", "1000"), ("a:w1:endless", "+inf")] {
        _ = try await client.send(RedisCommand("ZADD", "idx:w1", score, key))
      }
      cache.write([Self.entry(0)], workspace: "w1")
      await cache.flush()
      let keys = try await client.send(RedisCommand("ZRANGE", "idx:w1", "0", "-1"))
      #expect(keys == .array(["home_kpis:w1:24h", "a:w1:endless"].map { .string(Array($0.utf8)) }))
    }
  }

  @Test(.onEveryRedis, arguments: ["SET", "SADD"])
  func replacesAnIndexThatIsSomethingElse(damage: String) async throws {
    try await with { cache, client in
      func damaged() async throws {
        _ = try await client.send(RedisCommand("DEL", "idx:w1"))
        let command = damage == "SET" ? RedisCommand("SET", "idx:w1", "x") : RedisCommand("SADD", "idx:w1", "x")
        _ = try await client.send(command)
      }
      try await damaged()
      cache.write([Self.entry(0), Self.entry(1)], workspace: "w1")
      await cache.flush()
      #expect(try await client.send(RedisCommand("ZCARD", "idx:w1")) == .integer(2))
      #expect(cache.statistics.writes == 2)
      try await damaged()
      #expect(try await cache.invalidate(workspace: "w1") == 0)
      #expect(try await client.send(RedisCommand("EXISTS", "idx:w1")) == .integer(0))
      try await damaged()
      #expect(try await cache.invalidate(workspace: "w1", keysWith: "a:", of: ["a:"]) == 0)
      #expect(try await client.send(RedisCommand("EXISTS", "idx:w1")) == .integer(0))
    }
  }

  @Test(.onEveryRedis) func removesWhatAnotherServiceStoredOnceItIsIndexed() async throws {
    try await with { cache, client in
      for key in Self.keys.prefix(2) {
        var set = RedisCommand("SET", key)
        set.append(text: "theirs")
        _ = try await client.send(set)
      }
      cache.index(Self.keys[0], ttl: nil, workspace: "w1")
      cache.index(Self.keys[1], ttl: .seconds(50), workspace: "w1")
      await cache.flush()
      #expect(cache.statistics.writes == 0)
      #expect(try await cache.invalidate(workspace: "w1") == 2)
    }
  }

  @Test(.onEveryRedis) func leavesAValueAloneWhenOnlyIfAbsent() async throws {
    try await with { cache, client in
      let key = CacheKey("trace:detail:t1")
      _ = try await client.send(RedisCommand("SET", "trace:detail:t1", "theirs"))
      cache.write([CacheWrite(key: key, bytes: [1], ttl: .seconds(5), onlyIfAbsent: true)], workspace: nil)
      await cache.flush()
      let batch = await cache.read([key], generationOf: nil)
      // Without expiry, as another service may have written it.
      #expect(batch.values.map { $0?.bytes } == [Array("theirs".utf8)])
      #expect(batch.values.map { $0?.remaining } == [.zero])
      #expect(batch.generation == nil)
    }
  }

  @Test(.onEveryRedis) func takesAWrongTypeForAMissOfThatKeyAlone() async throws {
    try await with { cache, client in
      _ = try await client.send(RedisCommand("LPUSH", "home_kpis:w1:24h", "x"))
      cache.write([Self.entry(1)], workspace: "w1")
      await cache.flush()
      let batch = await cache.read([Self.keys[0], Self.keys[1]], generationOf: "w1")
      #expect(batch.values.map { $0?.bytes } == [nil, Self.body(1)])
      #expect(cache.statistics.wrongTypes == 1)
      #expect(cache.statistics.readFailures == 0)
    }
  }

  @Test func invalidatesOneWorkspaceOfMany() async throws {
    try await with { cache, client in
      let count = 1200
      let mine = (0..<count).map { CacheWrite(key: CacheKey("a:w1:\($0)"), bytes: [1], ttl: .seconds(60)) }
      let theirs = (0..<count).map { CacheWrite(key: CacheKey("a:w2:\($0)"), bytes: [1], ttl: .seconds(60)) }
      cache.write(mine, workspace: "w1")
      cache.write(theirs, workspace: "w2")
      await cache.flush()
      _ = try await client.send(RedisCommand("CONFIG", "RESETSTAT"))
      let before = client.statistics.roundTrips
      try await cache.invalidate(workspace: "w1")
      // The generation with the first 512 keys, then one for each batch of keys.
      #expect(client.statistics.roundTrips - before == 4)
      let commands = try await client.send(RedisCommand("INFO", "commandstats")).text ?? ""
      #expect(commands.contains("cmdstat_unlink:calls=1200,"))
      #expect(!commands.contains("cmdstat_keys") && !commands.contains("cmdstat_scan"))
      #expect(try await client.send(RedisCommand("DBSIZE")) == .integer(Int64(count + 2)), "an index and a generation")
      #expect(cache.statistics.keysRemoved == count)
    }
  }

  @Test(.onEveryRedis) func raisesTheGenerationEachTime() async throws {
    try await with { cache, _ in
      var last: Int64 = 0
      for _ in 0..<3 {
        try await cache.invalidate(workspace: "w1")
        let generation = try #require(await cache.read([], generationOf: "w1").generation)
        #expect(generation > last)
        last = generation
      }
    }
  }

  @Test(.onEveryRedis) func neverComesBackToAGenerationThatRedisEvicted() async throws {
    try await with { cache, client in
      try await cache.invalidate(workspace: "w1")
      let before = try #require(await cache.read([], generationOf: "w1").generation)
      _ = try await client.send(RedisCommand("DEL", "gen:w1"))
      try await cache.invalidate(workspace: "w1")
      let after = try #require(await cache.read([], generationOf: "w1").generation)
      #expect(after > before)
    }
  }

  @Test(.onEveryRedis) func removesSingleKeys() async throws {
    try await with { cache, _ in
      cache.write([Self.entry(0), Self.entry(1)], workspace: "w1")
      await cache.flush()
      try await cache.remove([Self.keys[0], CacheKey("nothing")])
      let batch = await cache.read([Self.keys[0], Self.keys[1]], generationOf: nil)
      #expect(batch.values.map { $0 == nil } == [true, false])
      #expect(cache.statistics.keysRemoved == 1)
    }
  }

  @Test func missesEverythingWithoutRedis() async throws {
    try await PrivateRedis.run { redis, program in
      let client = redis.client()
      let cache = FieldCache(redis: client, logger: .silent)
      try await client.ping()
      program.signal(SIGKILL)
      _ = await program.outcome()
      expectMisses(await cache.read(Self.keys, generationOf: "w1"), 4)
      cache.write([Self.entry(0)], workspace: "w1")
      await cache.flush()
      #expect(cache.statistics.readFailures == 1)
      #expect(cache.statistics.writeFailures == 1)
      await #expect(throws: CacheError.self) { try await cache.invalidate(workspace: "w1") }
      await client.close()
    }
  }

  @Test func countsWhatAFullRedisRefuses() async throws {
    try await with { cache, client in
      _ = try await client.send(RedisCommand("CONFIG", "SET", "maxmemory", "1"))
      cache.write([Self.entry(0), Self.entry(1)], workspace: "w1")
      await cache.flush()
      #expect(cache.statistics.writeFailures == 2)
      #expect(await cache.read([Self.keys[0]], generationOf: "w1").generation == nil, "nor can it begin a generation")
    }
  }

  @Test(.onEveryRedis) func dropsWhatFindsNoRoomInTheQueue() async throws {
    try await PrivateRedis.run { redis, _ in
      let client = redis.client()
      let cache = FieldCache(redis: client, logger: .silent, maximumQueuedBytes: 10_000)
      let entries = (0..<10).map {
        CacheWrite(key: CacheKey("k\($0)"), bytes: [UInt8](repeating: 1, count: 3000), ttl: .seconds(60))
      }
      cache.write(entries, workspace: nil)
      await cache.flush()
      #expect(cache.statistics.writes == 3)
      #expect(cache.statistics.writesDropped == 7)
      await client.close()
    }
  }

  private func expectMisses(
    _ batch: CacheReadBatch,
    _ count: Int,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(batch.values.count == count, sourceLocation: sourceLocation)
    #expect(batch.values.allSatisfy { $0 == nil }, sourceLocation: sourceLocation)
    #expect(batch.generation == nil, sourceLocation: sourceLocation)
  }

  private func with(_ body: (FieldCache, RedisClient) async throws -> Void) async throws {
    try await PrivateRedis.run { redis, _ in
      let client = redis.client()
      try await body(FieldCache(redis: client, logger: .silent), client)
      await client.close()
    }
  }

  private static func body(_ index: Int) -> [UInt8] { Array("{\"body\":\(index)}".utf8) }

  private static func entry(_ index: Int) -> CacheWrite {
    CacheWrite(key: keys[index], bytes: body(index), ttl: .seconds(60))
  }
}
