import TestSupport
import Testing

@testable import Cache

/// What memory saves, seen at the wire.
@Suite(.enabled(if: PrivateRedis.isThere, Comment(rawValue: PrivateRedis.absence)), .serialized, .inTurn)
struct MemoryReadTests {
  private let keys = ["a:w1:1", "a:w1:2", "trace:detail:t1"].map { CacheKey($0) }

  @Test func asksRedisNothingTheThirdTime() async throws {
    try await MemoryStand.run { stand, _ in
      let writes = keys.map { CacheWrite(key: $0, bytes: Array("v".utf8) + $0.bytes, ttl: .seconds(60)) }
      #expect(await stand.cache.read(keys, generationOf: "w1").values.allSatisfy { $0 == nil })
      stand.cache.write(writes, workspace: "w1")
      await stand.cache.flush()
      // Told of what it wrote itself, it has nothing to lose yet.
      try await stand.waitForNotices(3)

      stand.wire.resetCounts()
      let second = await stand.cache.read(keys, generationOf: "w1")
      #expect(stand.wire.counts.turns == 1)
      stand.wire.resetCounts()
      let third = await stand.cache.read(keys, generationOf: "w1")
      #expect(stand.wire.counts.turns == 0)

      #expect(third.values.compactMap { $0?.bytes } == writes.map(\.bytes))
      #expect(zip(second.values, third.values).allSatisfy { $0 === $1 })
      #expect(third.generation == 0)
      let statistics = stand.cache.statistics
      #expect([statistics.misses, statistics.redisHits, statistics.memoryHits] == [3, 3, 3])
    }
  }

  @Test func asksOnlyForWhatIsMissing() async throws {
    try await MemoryStand.run { stand, _ in
      try await stand.fill("a:w1:1", "one")
      try await stand.ask("SET", "a:w1:2", "two", "PX", "60000")
      try await stand.waitForNotices(2)
      stand.wire.resetCounts()
      let batch = await stand.cache.read([keys[0], keys[1]], generationOf: "w1")
      #expect(batch.values.compactMap { $0?.bytes } == [Array("one".utf8), Array("two".utf8)])
      #expect(stand.wire.counts.turns == 1)
      // GET and PTTL of one key.
      #expect(stand.wire.counts.bytesToServer == 25 + 26)
    }
  }

  @Test func answersAtOnceOrNotAtAll() async throws {
    try await MemoryStand.run { stand, _ in
      try await stand.fill("a:w1:1", "one")
      stand.wire.resetCounts()
      #expect(stand.cache.readMemory([keys[0]], generationOf: "w1")?.generation == 0)
      #expect(stand.cache.readMemory([keys[0]], generationOf: nil)?.values.count == 1)
      #expect(stand.cache.readMemory(keys, generationOf: "w1") == nil)
      #expect(stand.cache.readMemory([keys[0]], generationOf: "w2") == nil)
      #expect(stand.wire.counts.turns == 0)
    }
  }

  @Test func keepsADerivedValueWithItsEntry() async throws {
    final class Derived: Sendable {}
    try await MemoryStand.run { stand, _ in
      try await stand.fill("a:w1:1", "one")
      let derived = Derived()
      let entry = try #require(stand.cache.readMemory([keys[0]], generationOf: nil)?.values[0])
      #expect(entry.keep(derived, cost: 10_000) === derived)
      #expect(stand.memory.bytes > 10_000)
      #expect(stand.cache.readMemory([keys[0]], generationOf: nil)?.values[0]?.derived === derived)
      try await stand.fill("a:w1:1", "two")
      #expect(stand.cache.readMemory([keys[0]], generationOf: nil)?.values[0]?.derived == nil)
      #expect(stand.memory.bytes < 10_000)
    }
  }

  @Test func staysWithinItsBytes() async throws {
    try await MemoryStand.run(maximumBytes: 50_000) { stand, _ in
      for number in 0..<100 {
        let key = CacheKey("a:w1:\(number)")
        stand.cache.write(
          [CacheWrite(key: key, bytes: [UInt8](repeating: 1, count: 2000), ttl: .seconds(60))],
          workspace: "w1"
        )
      }
      await stand.cache.flush()
      try await stand.waitForNotices(100)
      for number in 0..<100 { _ = await stand.read("a:w1:\(number)") }
      #expect(stand.memory.entries > 10)
      #expect(stand.memory.bytes <= 50_000)
      #expect(stand.memory.evictions > 70)
    }
  }

  /// What Redis cannot answer is a miss; what is in memory is not.
  @Test func answersFromMemoryWhatRedisCannot() async throws {
    try await MemoryStand.run { stand, _ in
      try await stand.fill("a:w1:1", "one")
      stand.wire.stop()
      let batch = await stand.cache.read([keys[0], keys[1]], generationOf: "w1")
      #expect(batch.values.map { $0 == nil } == [false, true])
      #expect(batch.generation == 0)
      #expect(await stand.cache.read([keys[0]], generationOf: "w2").values[0] == nil)
    }
  }
}
