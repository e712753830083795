import TestSupport
import Testing

@testable import Cache

/// Who computes a value that is missing, when there are several instances.
@Suite(.enabled(if: PrivateRedis.isThere, Comment(rawValue: PrivateRedis.absence)), .serialized, .inTurn)
struct LeaseTests {
  private static let keys = ["a:w1:1", "a:w1:2"].map { CacheKey($0) }

  @Test func oneInstanceOfTwoHasTheLease() async throws {
    try await with { one, other, client in
      let before = client.statistics.roundTrips
      let first = await one.read(Self.keys, generationOf: "w1", leasing: true)
      #expect(client.statistics.roundTrips - before == 1, "in the round trip of the read")
      let second = await other.read([Self.keys[1]], generationOf: "w1", leasing: true)
      let again = await one.read(Self.keys, generationOf: "w1", leasing: true)
      #expect([first.lease(0), first.lease(1)] == [.held, .held])
      #expect(second.lease(0) == .elsewhere)
      #expect([again.lease(0), again.lease(1)] == [.held, .held], "it is the instance's, not the request's")
    }
  }

  @Test func storingTheValueGivesTheLeaseBackInTheSameRoundTrip() async throws {
    try await with { one, other, client in
      _ = await one.read(Self.keys, generationOf: "w1", leasing: true)
      let before = client.statistics.roundTrips
      one.write([CacheWrite(key: Self.keys[0], bytes: [1], ttl: .seconds(9), isLeased: true)], workspace: "w1")
      await one.flush()
      #expect(client.statistics.roundTrips - before == 1)
      let batch = await other.read(Self.keys, generationOf: "w1", leasing: true)
      #expect([batch.lease(0), batch.lease(1)] == [.held, .elsewhere])
    }
  }

  @Test(.onEveryRedis) func givesBackWhatBroughtNothing() async throws {
    try await with { one, other, _ in
      _ = await one.read(Self.keys, generationOf: "w1", leasing: true)
      one.release([Self.keys[1]], workspace: "w1")
      await one.flush()
      let batch = await other.read(Self.keys, generationOf: "w1", leasing: true)
      #expect([batch.lease(0), batch.lease(1)] == [.elsewhere, .held])
    }
  }

  @Test(.onEveryRedis) func givesBackNobodyElsesLease() async throws {
    try await with { one, other, _ in
      _ = await one.read(Self.keys, generationOf: "w1", leasing: true)
      other.release(Self.keys, workspace: "w1")
      await other.flush()
      let batch = await other.read(Self.keys, generationOf: "w1", leasing: true)
      #expect([batch.lease(0), batch.lease(1)] == [.elsewhere, .elsewhere])
    }
  }

  @Test(.onEveryRedis) func aLeaseEndsByItself() async throws {
    try await with(leaseDuration: .milliseconds(30)) { one, other, _ in
      #expect(await one.read(Self.keys, generationOf: "w1", leasing: true).lease(0) == .held)
      try await Patience.wait(for: "the lease to pass") {
        await other.read(Self.keys, generationOf: "w1", leasing: true).lease(0) == .held ? true : nil
      }
    }
  }

  /// A key without workspace would else be a way to hold others up.
  @Test(.onEveryRedis) func workspacesDoNotMeet() async throws {
    try await with { one, other, _ in
      let key = CacheKey("trace:detail:t1")
      #expect(await one.read([key], generationOf: "w1", leasing: true).lease(0) == .held)
      #expect(await other.read([key], generationOf: "w2", leasing: true).lease(0) == .held)
    }
  }

  @Test func aFullRedisGivesNoLeaseAndHoldsNobodyUp() async throws {
    try await with { one, other, client in
      _ = try await client.send(RedisCommand("CONFIG", "SET", "maxmemory", "1"))
      #expect(await one.read(Self.keys, generationOf: "w1", leasing: true).lease(0) == .unknown)
      #expect(await other.read(Self.keys, generationOf: "w1", leasing: true).lease(0) == .unknown)
    }
  }

  /// Somebody may have put something there that never ends: it costs each instance one wait, not each miss one.
  @Test(arguments: ["SET", "LPUSH"])
  func whatNeverEndsIsEndedByWhoWaitedForIt(command: String) async throws {
    try await with { one, _, client in
      let lease = "lease:w1:{\(Self.keys[0])}"
      _ = try await client.send(command == "SET" ? RedisCommand("SET", lease, "x") : RedisCommand("LPUSH", lease, "x"))
      let found = await one.read([Self.keys[0]], generationOf: "w1", leasing: true).lease(0)
      #expect(found == (command == "SET" ? .elsewhere : .damaged))
      one.release([Self.keys[0]], workspace: "w1")
      await one.flush()
      #expect(await one.read([Self.keys[0]], generationOf: "w1", leasing: true).lease(0) == .held)
      // One of another instance ends by itself.
      _ = try await client.send(RedisCommand("SET", lease, "other", "PX", "60000"))
      one.release([Self.keys[0]], workspace: "w1")
      await one.flush()
      #expect(await one.read([Self.keys[0]], generationOf: "w1", leasing: true).lease(0) == .elsewhere)
    }
  }

  @Test func nothingIsLeasedUnlessAskedFor() async throws {
    try await with { one, _, client in
      let batch = await one.read(Self.keys, generationOf: "w1")
      #expect(batch.lease(0) == .unknown)
      let leases = try await client.send(RedisCommand("KEYS", "lease:*"))
      #expect(leases == .array([]))
    }
  }

  private func with(
    leaseDuration: Duration = .seconds(60),
    _ body: (FieldCache, FieldCache, RedisClient) async throws -> Void
  ) async throws {
    try await PrivateRedis.run { redis, _ in
      let client = redis.client()
      let caches = (0..<2).map { _ in FieldCache(redis: client, logger: .silent, leaseDuration: leaseDuration) }
      try await body(caches[0], caches[1], client)
      await client.close()
    }
  }
}
