import Synchronization
import TestSupport
import Testing

@testable import Cache

/// Invalidating by field and by prefix, and what any invalidation costs Redis.
@Suite(.enabled(if: PrivateRedis.isThere, Comment(rawValue: PrivateRedis.absence)), .serialized, .inTurn)
struct InvalidationTests {
  private static let fields = ["a:", "b:", "b:c:"]

  @Test func invalidatesOneFieldOfAWorkspace() async throws {
    try await with { cache, client in
      try await Self.fill(cache, ["a:w1:1", "a:w1:2", "b:w1:1"], workspace: "w1")
      try await Self.fill(cache, ["a:w2:1"], workspace: "w2")
      let before = await cache.read([], generationOf: "w1")
      let start = client.statistics.roundTrips
      #expect(try await cache.invalidate(workspace: "w1", keysWith: "a:", of: ["a:"]) == 2)
      #expect(client.statistics.roundTrips - start == 2)
      let after = await cache.read([], generationOf: "w1")
      #expect(Self.generation(after, "a:") > Self.generation(before, "a:"))
      #expect(Self.generation(after, "b:") == Self.generation(before, "b:"))
      #expect(after.generation == before.generation)
      #expect(try await Self.present(client, ["a:w1:1", "a:w1:2", "b:w1:1", "a:w2:1"]) == [0, 0, 1, 1])
      let others = await cache.read([], generationOf: "w2")
      #expect(others.generation(ofField: Array("a:".utf8)) == others.generation)
      let indexed = try await client.send(RedisCommand("ZCARD", "idx:w1"))
      #expect(indexed == .integer(1))
    }
  }

  @Test(.onEveryRedis) func invalidatesByThePrefixOfKeysWhateverFieldsHaveThem() async throws {
    try await with { cache, client in
      try await Self.fill(cache, ["a:w1:1", "b:w1:10:x", "b:w1:11:x", "b:w1:2:x", "b:c:w1:1"], workspace: "w1")
      #expect(try await cache.invalidate(workspace: "w1", keysWith: "b:w1:1", of: Self.fields) == 2)
      #expect(
        try await Self.present(client, ["a:w1:1", "b:w1:10:x", "b:w1:11:x", "b:w1:2:x", "b:c:w1:1"]) == [1, 0, 0, 1, 1]
      )
      let batch = await cache.read([], generationOf: "w1")
      let generation = batch.generation ?? 0
      #expect(Self.fields.map { Self.generation(batch, $0) > generation } == [false, true, false])
      // A prefix that several fields share.
      #expect(try await cache.invalidate(workspace: "w1", keysWith: "b:", of: Self.fields) == 2)
      let after = await cache.read([], generationOf: "w1")
      #expect(Self.fields.map { Self.generation(after, $0) > generation } == [false, true, true])
    }
  }

  /// A counter of a field that Redis has lost must not come back to a number that was in use.
  @Test(.onEveryRedis) func aLostCounterOfAFieldBeginsBeyondAllThatWere() async throws {
    try await with { cache, client in
      for _ in 0..<2 { try await cache.invalidate(workspace: "w1", keysWith: "a:", of: ["a:"]) }
      let before = Self.generation(await cache.read([], generationOf: "w1"), "a:")
      _ = try await client.send(RedisCommand("DEL", "gen:w1:fields"))
      try await Task.sleep(for: .milliseconds(5))
      try await cache.invalidate(workspace: "w1", keysWith: "a:", of: ["a:"])
      #expect(Self.generation(await cache.read([], generationOf: "w1"), "a:") > before)
    }
  }

  @Test(.onEveryRedis, arguments: ["list", "number", "field"])
  func damagedCountersOfFieldsCostTheWholeWorkspaceOnce(damage: String) async throws {
    try await with { cache, client in
      try await Self.fill(cache, ["a:w1:1", "b:w1:1"], workspace: "w1")
      try await Self.damage(client, damage)
      #expect(await cache.read([CacheKey("b:w1:1")], generationOf: "w1").generation == nil)
      let generation = try await Patience.wait(for: "the repair") {
        await cache.read([], generationOf: "w1").generation
      }
      #expect(generation > 0, "what was read under the damaged counters is old")
      try await Self.damage(client, damage)
      try await cache.invalidate(workspace: "w1", keysWith: "a:", of: ["a:"])
      let after = try await Patience.wait(for: "the repair") { await cache.read([], generationOf: "w1").generation }
      #expect(after > generation || damage == "field")
    }
  }

  /// The figure: 10,000 keys of a workspace beside very many others.
  @Test func whatItCostsDoesNotDependOnOthers() async throws {
    try await PrivateRedis.run { redis, _ in
      let client = redis.client(timeout: .seconds(30))
      let cache = FieldCache(redis: client, logger: .silent)
      let alone = try await Self.costOfInvalidatingTenThousand(cache, client)
      for part in 0..<10 {
        var fill = RedisCommand("EVAL", "for i = 1, 100000 do redis.call('SET', ARGV[1] .. i, 'x') end", "0")
        fill.append(text: "a:other:\(part):")
        _ = try await client.send(fill)
      }
      let amongAMillion = try await Self.costOfInvalidatingTenThousand(cache, client)
      #expect(amongAMillion == alone)
      #expect(alone["unlink"] == 10_000)
      // 10,000 = 19 · 512 + 272
      #expect(alone["zpopmin"] == 20)
      #expect(alone["eval"] == 1)
      #expect(Set(alone.keys) == ["eval", "time", "type", "set", "zpopmin", "unlink", "round trips"])
      #expect(alone["round trips"] == 21)
      await client.close()
    }
  }

  // MARK: Coalescing

  @Test func aHundredChangesCostTwoInvalidationsFirstAndLast() async throws {
    let calls = Mutex<[String]>([])
    let coalescer = InvalidationCoalescer(interval: .seconds(600), logger: .silent) { (workspace) throws(CacheError) in
      calls.withLock { $0.append(workspace) }
    }
    coalescer.changed("w1")
    try await Patience.wait(for: "the first") { calls.withLock { $0 == ["w1"] } ? true : nil }
    for _ in 0..<100 { coalescer.changed("w1") }
    coalescer.changed("w2")
    try await Patience.wait(for: "the other's first") { calls.withLock { $0 == ["w1", "w2"] } ? true : nil }
    try await Task.sleep(for: .milliseconds(30))
    #expect(calls.withLock { $0 } == ["w1", "w2"], "the interval holds back the rest")
    await coalescer.finish()
    #expect(calls.withLock { $0 } == ["w1", "w2", "w1"], "and the last is not lost")
  }

  @Test func theLastChangeIsFollowedByAnInvalidationByItself() async throws {
    let calls = Atomic<Int>(0)
    let coalescer = InvalidationCoalescer(interval: .milliseconds(20), logger: .silent) { (_) throws(CacheError) in
      calls.add(1, ordering: .relaxed)
    }
    coalescer.changed("w1")
    try await Patience.wait(for: "the first") { calls.load(ordering: .relaxed) == 1 ? true : nil }
    coalescer.changed("w1")
    try await Patience.wait(for: "the second") { calls.load(ordering: .relaxed) == 2 ? true : nil }
    try await Task.sleep(for: .milliseconds(100))
    #expect(calls.load(ordering: .relaxed) == 2, "nothing changed since")
    coalescer.changed("w1")
    try await Patience.wait(for: "the third") { calls.load(ordering: .relaxed) == 3 ? true : nil }
  }

  @Test func anInvalidationThatFailsIsTriedAgain() async throws {
    let calls = Atomic<Int>(0)
    let coalescer = InvalidationCoalescer(interval: .milliseconds(5), logger: .silent) { (_) throws(CacheError) in
      let (_, call) = calls.add(1, ordering: .relaxed)
      if call < 4 { throw CacheError(.unavailable, "away") }
    }
    coalescer.changed("w1")
    try await Patience.wait(for: "success") { calls.load(ordering: .relaxed) == 4 ? true : nil }
    await coalescer.finish()
    #expect(calls.load(ordering: .relaxed) == 4)
  }

  /// What is changed while it is being invalidated may have been read before: it is invalidated again.
  @Test func aChangeDuringAnInvalidationIsFollowedByAnother() async throws {
    let calls = Atomic<Int>(0)
    let gate = AsyncStream<Void>.makeStream()
    let coalescer = InvalidationCoalescer(interval: .milliseconds(1), logger: .silent) { (_) throws(CacheError) in
      if calls.add(1, ordering: .relaxed).newValue == 1 { for await _ in gate.stream { break } }
    }
    coalescer.changed("w1")
    try await Patience.wait(for: "the first") { calls.load(ordering: .relaxed) == 1 ? true : nil }
    coalescer.changed("w1")
    gate.continuation.yield()
    try await Patience.wait(for: "the second") { calls.load(ordering: .relaxed) == 2 ? true : nil }
  }

  /// A full Redis refuses to raise the counter, and pops the keys all the same.
  @Test func whatWasPoppedIsRemovedAlsoWhenTheCounterCannotBeRaised() async throws {
    try await with { cache, client in
      try await Self.fill(cache, ["a:w1:1", "b:w1:1"], workspace: "w1")
      _ = try await client.send(RedisCommand("CONFIG", "SET", "maxmemory", "1"))
      await #expect(throws: CacheError.self) { try await cache.invalidate(workspace: "w1") }
      _ = try await client.send(RedisCommand("CONFIG", "SET", "maxmemory", "0"))
      #expect(try await Self.present(client, ["a:w1:1", "b:w1:1"]) == [0, 0])
    }
  }

  // MARK: Shutdown

  @Test func storesWhatWaitsWhenItEnds() async throws {
    try await PrivateRedis.run { redis, _ in
      let wire = try redis.proxy()
      defer { wire.stop() }
      let client = redis.client(through: wire, timeout: .seconds(10))
      try await client.ping()
      let cache = FieldCache(redis: client, logger: .silent)
      let life = Task { await cache.run() }
      wire.delayReplies(by: .milliseconds(100))
      for number in 0..<200 {
        cache.write([CacheWrite(key: CacheKey("a:w1:\(number)"), bytes: [1], ttl: .seconds(60))], workspace: "w1")
      }
      life.cancel()
      await life.value
      #expect(cache.statistics.writes == 200)
      await client.close()
    }
  }

  @Test func waitsForAFrozenRedisNoLongerThanASecondWhenItEnds() async throws {
    try await PrivateRedis.run { redis, _ in
      let wire = try redis.proxy()
      defer { wire.stop() }
      let client = redis.client(through: wire, timeout: .seconds(60))
      try await client.ping()
      let cache = FieldCache(redis: client, logger: .silent)
      let life = Task { await cache.run() }
      wire.pause()
      cache.write([CacheWrite(key: CacheKey("a:w1:1"), bytes: [1], ttl: .seconds(60))], workspace: "w1")
      life.cancel()
      // Comes to an end long before the call does.
      await life.value
      #expect(cache.statistics.writes == 0)
      #expect(cache.statistics.writeFailures == 0)
      await client.close()
    }
  }

  // MARK: Help

  private static func generation(_ batch: CacheReadBatch, _ field: String) -> Int64 {
    batch.generation(ofField: Array(field.utf8)) ?? -1
  }

  private static func fill(_ cache: FieldCache, _ keys: [String], workspace: String) async throws {
    cache.write(keys.map { CacheWrite(key: CacheKey($0), bytes: [1], ttl: .seconds(60)) }, workspace: workspace)
    await cache.flush()
  }

  private static func present(_ client: RedisClient, _ keys: [String]) async throws -> [Int64?] {
    try await client.pipeline(keys.map { RedisCommand("EXISTS", $0) }).map(\.integer)
  }

  private static func damage(_ client: RedisClient, _ kind: String) async throws {
    _ = try await client.send(RedisCommand("DEL", "gen:w1:fields"))
    switch kind {
    case "list": _ = try await client.send(RedisCommand("LPUSH", "gen:w1:fields", "x"))
    case "number": _ = try await client.send(RedisCommand("HSET", "gen:w1:fields", "a:", "9223372036854775807"))
    default: _ = try await client.send(RedisCommand("HSET", "gen:w1:fields", "b:", "x"))
    }
  }

  /// Commands by name, and round trips.
  private static func costOfInvalidatingTenThousand(
    _ cache: FieldCache,
    _ client: RedisClient
  ) async throws -> [String: Int] {
    try await fill(cache, (0..<10_000).map { "a:w1:\($0)" }, workspace: "w1")
    _ = try await client.send(RedisCommand("DEL", "gen:w1"))
    _ = try await client.send(RedisCommand("CONFIG", "RESETSTAT"))
    let before = client.statistics.roundTrips
    #expect(try await cache.invalidate(workspace: "w1") == 10_000)
    let roundTrips = client.statistics.roundTrips - before
    let text = try await client.send(RedisCommand("INFO", "commandstats")).text ?? ""
    var counts = ["round trips": roundTrips]
    for line in text.split(whereSeparator: \.isNewline) where line.hasPrefix("cmdstat_") {
      let name = line.dropFirst("cmdstat_".count).prefix { $0 != ":" }
      let calls = line.drop { $0 != "=" }.dropFirst().prefix { $0 != "," }
      counts[String(name)] = Int(calls)
    }
    for ours in ["config|resetstat", "info"] { counts[ours] = nil }
    return counts
  }

  private func with(_ body: (FieldCache, RedisClient) async throws -> Void) async throws {
    try await PrivateRedis.run { redis, _ in
      let client = redis.client()
      try await body(FieldCache(redis: client, logger: .silent), client)
      await client.close()
    }
  }
}
