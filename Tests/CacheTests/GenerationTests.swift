import TestSupport
import Testing

@testable import Cache

/// The counter of a workspace's invalidations, and what else may stand in its place.
@Suite(.enabled(if: PrivateRedis.isThere, Comment(rawValue: PrivateRedis.absence)), .serialized, .inTurn)
struct GenerationTests {
  @Test func readsNumbersAsRedisWritesThem() {
    let texts = ["0", "7", "1763741423123", "999999999999999"]
    for text in texts {
      #expect(Generation.read(.string(Array(text.utf8))) == .number(Int64(text) ?? -1, text: Array(text.utf8)))
    }
    #expect(Generation.read(.null) == .unknown, "Redis is full, or it would have begun one")
    for text in ["", "x", "-1", "+1", "007", "1.0", " 1", "1000000000000000", "9223372036854775807"] {
      #expect(Generation.read(.string(Array(text.utf8))) == .damaged, "\(text)")
    }
    #expect(Generation.read(.error("WRONGTYPE Operation against a key")) == .damaged)
    #expect(Generation.read(.error("LOADING Redis is loading")) == .unknown)
    #expect(Generation.read(nil) == .unknown)
  }

  private static let damages = [
    ["SET", "gen:w1", "x"], ["SET", "gen:w1", "9223372036854775807"], ["SET", "gen:w1", "999999999999999"],
    ["SET", "gen:w1", "-5"], ["SET", "gen:w1", "007"], ["LPUSH", "gen:w1", "1"],
  ]

  @Test(arguments: damages)
  func invalidatingRepairsDamage(command: [String]) async throws {
    try await with { cache, client in
      try await Self.damage(client, command)
      let before = client.statistics.roundTrips
      try await cache.invalidate(workspace: "w1")
      #expect(client.statistics.roundTrips - before == 1)
      let first = try #require(await cache.read([], generationOf: "w1").workspaceGeneration)
      #expect(first > 1_700_000_000_000)
      try await cache.invalidate(workspace: "w1")
      #expect(try #require(await cache.read([], generationOf: "w1").workspaceGeneration) > first)
      #expect(cache.statistics.generationRepairs == 1)
      #expect(cache.statistics.invalidations == 2)
    }
  }

  @Test(arguments: damages.filter { $0 != ["SET", "gen:w1", "999999999999999"] })
  func readingRepairsDamage(command: [String]) async throws {
    try await with { cache, client in
      let key = CacheKey("a:w1:1")
      cache.write([CacheWrite(key: key, bytes: [1], ttl: .seconds(60))], workspace: "w1")
      await cache.flush()
      try await Self.damage(client, command)
      let batch = await cache.read([key], generationOf: "w1")
      #expect(batch.values.map { $0 == nil } == [true], "nobody can say whether it is still good")
      #expect(batch.generation == nil)
      #expect(cache.statistics.readFailures == 0)
      let repaired = try await Patience.wait(for: "the repair") {
        await cache.read([key], generationOf: "w1").generation
      }
      #expect(repaired > 1_700_000_000_000)
      // Counted behind it. A read that was under way meanwhile may ask for a second one, which finds nothing to do.
      try await Patience.wait(for: "its count") { cache.statistics.generationRepairs >= 1 ? true : nil }
    }
  }

  /// Two who find the same damage must not come to the same number: one may have read for it before the other invalidated.
  @Test func twoRepairsDoNotComeToOneNumber() async throws {
    try await with { _, client in
      try await Self.damage(client, ["SET", "gen:w1", "x"])
      var numbers: [Int64] = []
      for expected: Bool? in [true, false, false] {
        let reply = try await client.send(Generation.raise(.generation(of: "w1")))
        #expect(Generation.wasDamaged(reply) == expected)
        numbers.append(try await client.send(RedisCommand("GET", "gen:w1")).integer ?? 0)
      }
      #expect(numbers[0] < numbers[1] && numbers[1] < numbers[2])
    }
  }

  /// A clock that was put back, or very many invalidations in a millisecond.
  @Test func risesAlsoWhenItIsAheadOfTheTime() async throws {
    try await with { _, client in
      _ = try await client.send(RedisCommand("SET", "gen:w1", "99999999999998"))
      _ = try await client.send(Generation.raise(.generation(of: "w1")))
      #expect(try await client.send(RedisCommand("GET", "gen:w1")).text == "99999999999999")
    }
  }

  /// Redis may evict the counters and the index, and keep the values.
  @Test(arguments: [["gen:w1"], ["gen:w1:fields"], ["gen:w1", "gen:w1:fields"]])
  func losingTheCountersBringsNothingBack(lost: [String]) async throws {
    try await with { cache, client in
      let before = try #require(await cache.read([], generationOf: "w1").generation(ofField: [1]))
      // A slow reader would store under the first number what it read before this.
      try await cache.invalidate(workspace: "w1", keysWith: "\u{1}", of: ["\u{1}"])
      try await cache.invalidate(workspace: "w1")
      for key in lost + ["idx:w1"] { _ = try await client.send(RedisCommand("DEL", key)) }
      try await Task.sleep(for: .milliseconds(2))
      let after = try #require(await cache.read([], generationOf: "w1").generation(ofField: [1]))
      #expect(after > before)
    }
  }

  /// By a restart from disk, or a failover.
  @Test(arguments: ["gen:w1", "gen:w1:fields"])
  func countersThatHaveFallenAreRaised(key: String) async throws {
    try await with { cache, client in
      func restored() async throws {
        if key == "gen:w1" {
          _ = try await client.send(RedisCommand("SET", key, "1700000000001"))
        } else {
          _ = try await client.send(RedisCommand("DEL", key))
          _ = try await client.send(RedisCommand("HSET", key, "*", "1700000000001"))
        }
      }
      try await restored()
      let old = try #require(await cache.read([], generationOf: "w1").generation)
      try await cache.invalidate(workspace: "w1", keysWith: "a:", of: ["a:"])
      try await cache.invalidate(workspace: "w1")
      let before = try #require(await cache.read([], generationOf: "w1").generation(ofField: Array("a:".utf8)))
      try await restored()
      #expect(await cache.read([], generationOf: "w1").generation == nil, "nobody can say what is still good")
      let after = try await Patience.wait(for: "the repair") { await cache.read([], generationOf: "w1").generation }
      #expect(after != old && after != before)
      #expect(cache.statistics.generationRepairs >= 1)
    }
  }

  private static func damage(_ client: RedisClient, _ words: [String]) async throws {
    _ = try await client.send(RedisCommand("DEL", "gen:w1"))
    var command = words[0] == "SET" ? RedisCommand("SET") : RedisCommand("LPUSH")
    for word in words.dropFirst() { command.append(text: word) }
    _ = try await client.send(command)
  }

  private func with(_ body: (FieldCache, RedisClient) async throws -> Void) async throws {
    try await PrivateRedis.run { redis, _ in
      let client = redis.client()
      try await body(FieldCache(redis: client, logger: .silent), client)
      await client.close()
    }
  }
}
