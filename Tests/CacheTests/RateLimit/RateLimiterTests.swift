import Glibc
import TestSupport
import Testing

@testable import Cache

@Suite(.enabled(if: PrivateRedis.isThere, Comment(rawValue: PrivateRedis.absence)), .serialized, .inTurn)
struct RateLimiterTests {
  /// So slow that nothing comes back during a test.
  private static let slow = RateLimitPolicy(limit: 1000, period: .seconds(360_000))

  @Test(.onEveryRedis) func allowsExactlyTheLimitOverAllInstances() async throws {
    try await PrivateRedis.run { redis, _ in
      for limit in [7, 250, 1000] {
        let policy = RateLimitPolicy(limit: limit, period: .seconds(360_000))
        let clients = [redis.client(timeout: .seconds(10)), redis.client(timeout: .seconds(10))]
        let limiters = clients.map { RateLimiter(redis: $0, policy: policy, logger: .silent) }
        let allowed = await withTaskGroup(of: Bool.self) { group in
          for caller in 0..<(3 * limit) {
            group.addTask { await limiters[caller % 2].decide("w\(limit)").isAllowed }
          }
          return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(allowed == limit)
        for client in clients { await client.close() }
      }
    }
  }

  @Test(.onEveryRedis) func countsEachKeyForItself() async throws {
    try await with(RateLimitPolicy(limit: 1, period: .seconds(3600))) { limiter, client in
      #expect(await limiter.decide("w1").isAllowed)
      let refused = await limiter.decide("w1")
      #expect(!refused.isAllowed && refused.limit == 1 && refused.remaining == 0)
      let retry = try #require(refused.retryAfter)
      #expect(retry > .seconds(3590) && retry <= .seconds(3600))
      #expect(refused.resetAfter > .seconds(3590) && refused.resetAfter <= .seconds(3600))
      #expect(await limiter.decide("w2").isAllowed)
      let ttl = try await client.send(RedisCommand("PTTL", "ratelimit:{w1}")).integer ?? 0
      #expect((3_590_000...3_600_000).contains(ttl))
    }
  }

  /// Most requests, and all of a key over its limit, need no word of Redis.
  @Test func asksRedisSeldom() async throws {
    try await with(Self.slow) { limiter, client in
      try await client.ping()
      let before = client.statistics.roundTrips
      for _ in 0..<1000 { #expect(await limiter.decide("w1").isAllowed) }
      // Ten at a time, each taken when five are left, and one for the script itself.
      #expect(client.statistics.roundTrips - before <= 102)
      #expect(await !limiter.decide("w1").isAllowed)
      let over = client.statistics.roundTrips
      for _ in 0..<1000 { #expect(limiter.decideImmediately("w1")?.isAllowed == false) }
      #expect(client.statistics.roundTrips == over)
    }
  }

  @Test(.onEveryRedis) func ridesInABatch() async throws {
    try await PrivateRedis.run { redis, _ in
      try await redis.everywhere(RedisCommand("SCRIPT", "LOAD", RateLimitScript.text))
      let client = redis.client()
      let limiter = RateLimiter(redis: client, policy: Self.slow, logger: .silent)
      #expect(limiter.decideImmediately("w1") == nil)
      let question = limiter.question(for: "w1")
      let replies = try await client.pipeline([RedisCommand("GET", "k"), question.command])
      await limiter.take(replies[1], to: question)
      #expect(limiter.decideImmediately("w1")?.isAllowed == true)
      #expect(client.statistics.commands == 2 + (RedisKind.current == .cluster ? 1 : 0), "and CLUSTER SLOTS")
      await client.close()
    }
  }

  @Test(.onEveryRedis) func teachesRedisTheScriptAgain() async throws {
    try await PrivateRedis.run { redis, _ in
      let client = redis.client()
      let limiter = RateLimiter(redis: client, policy: Self.slow, logger: .silent)
      try await redis.everywhere(RedisCommand("SCRIPT", "FLUSH"))
      let question = limiter.question(for: "w1")
      let replies = try await client.pipeline([question.command])
      #expect(replies == [.error("NOSCRIPT No matching script. Please use EVAL.")])
      await limiter.take(replies[0], to: question)
      #expect(limiter.decideImmediately("w1")?.remaining == 999)
      await client.close()
    }
  }

  @Test func namesTheScriptByItsDigest() async throws {
    try await with(Self.slow) { _, client in
      let digest = try await client.send(RedisCommand("SCRIPT", "LOAD", RateLimitScript.text)).text
      #expect(digest == RateLimitScript.digest)
    }
  }

  @Test func limitsAloneWhileRedisIsAwayAndCountsTogetherAgain() async throws {
    try await PrivateRedis.run { redis, program in
      let client = redis.client(timeout: .milliseconds(200))
      let limiter = RateLimiter(
        redis: client,
        policy: RateLimitPolicy(limit: 20, period: .seconds(3600)),
        logger: .silent
      )
      #expect(await limiter.decide("w1").isAllowed)
      program.signal(SIGKILL)
      _ = await program.outcome()
      var allowed = 0
      for _ in 0..<100 { allowed += await limiter.decide("w1").isAllowed ? 1 : 0 }
      #expect(allowed == 20)
      let successor = try await redis.start()
      let other = redis.client()
      try await Patience.wait(for: "the count in Redis") {
        _ = await limiter.decide("w1")
        return try await other.send(RedisCommand("EXISTS", "ratelimit:{w1}")) == .integer(1) ? true : nil
      }
      await client.close()
      await other.close()
      await redis.end(successor)
    }
  }

  /// Somebody else's value, and a clock that was set back.
  @Test(arguments: ["garbage", "9999999999999999999"])
  func doesNotTrustWhatItFinds(_ value: String) async throws {
    try await with(RateLimitPolicy(limit: 10, period: .seconds(1))) { limiter, client in
      _ = try await client.send(RedisCommand("SET", "ratelimit:{w1}", value))
      try await Patience.wait(for: "a request to be allowed") { await limiter.decide("w1").isAllowed ? true : nil }
    }
  }

  private func with(
    _ policy: RateLimitPolicy,
    _ body: (RateLimiter, RedisClient) async throws -> Void
  ) async throws {
    try await PrivateRedis.run { redis, _ in
      let client = redis.client()
      try await body(RateLimiter(redis: client, policy: policy, logger: .silent), client)
      await client.close()
    }
  }
}
