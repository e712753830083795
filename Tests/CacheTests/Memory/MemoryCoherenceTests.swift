import Glibc
import TestSupport
import Testing

@testable import Cache

/// Whatever happens to a key in Redis, memory does not keep its old value.
@Suite(.enabled(if: PrivateRedis.isThere, Comment(rawValue: PrivateRedis.absence)), .serialized, .inTurn)
struct MemoryCoherenceTests {
  private let key = "a:w1:1"

  enum Change: String, CaseIterable {
    case set = "SET a:w1:1 two"
    case delete = "DEL a:w1:1"
    case unlink = "UNLINK a:w1:1"
    case expire = "PEXPIRE a:w1:1 1"
    case rename = "RENAME a:w1:1 {a:w1:1}elsewhere"
    case overwrite = "RENAME {a:w1:1}other a:w1:1"
    case otherType = "DEL a:w1:1; LPUSH a:w1:1 x"
    case append = "APPEND a:w1:1 x"
    case flush = "FLUSHALL"
    case flushDatabase = "FLUSHDB ASYNC"

    /// By way of a script, since a command's name is fixed text. In a cluster it runs where the key is.
    var commands: [RedisCommand] {
      rawValue.split(separator: ";").map { line in
        let words = line.split(separator: " ").map { "'\($0)'" }.joined(separator: ",")
        return RedisCommand("EVAL", "return redis.call(\(words))", "1", "a:w1:1")
      }
    }
  }

  @Test(.onEveryRedis, arguments: Change.allCases)
  func losesWhatSomebodyElseChanges(_ change: Change) async throws {
    try await MemoryStand.run { stand, _ in
      try await stand.ask("SET", "{a:w1:1}other", "three")
      try await stand.fill(key, "one")
      for command in change.commands { _ = try await stand.stranger.send(command) }
      try await Patience.wait(for: "the value to leave memory") { stand.readMemory(key) == nil ? true : nil }
      let expected: String? =
        switch change {
        case .set: "two"
        case .overwrite: "three"
        case .append: "onex"
        default: nil
        }
      // A key that expires is told of when that is decided, a millisecond before.
      try await Patience.wait(for: "the value of now") { await stand.read(key) == expected ? true : nil }
    }
  }

  @Test(.onEveryRedis) func losesTheGenerationWhenAnotherInstanceInvalidates() async throws {
    try await MemoryStand.run { stand, _ in
      try await stand.fill(key, "one")
      let another = FieldCache(redis: stand.stranger, logger: .silent)
      try await another.invalidate(workspace: "w1")
      try await Patience.wait(for: "the generation to leave memory") { stand.readMemory(key) == nil ? true : nil }
      let generation = await stand.cache.read([CacheKey(key)], generationOf: "w1").generation
      #expect(try #require(generation) > 0)
    }
  }

  /// Nobody has to wait for Redis to tell of what was done here.
  @Test(.onEveryRedis) func losesAtOnceWhatIsInvalidatedHere() async throws {
    try await MemoryStand.run { stand, _ in
      try await stand.fill(key, "one")
      try await stand.cache.invalidate(workspace: "w1")
      #expect(stand.readMemory(key) == nil)
      #expect(try #require(await stand.cache.read([], generationOf: "w1").generation) > 0)
      try await stand.cache.remove([CacheKey(key)])
      #expect(stand.cache.readMemory([CacheKey(key)], generationOf: nil) == nil)
    }
  }

  /// The reply with the old value is under way while the key is changed, and arrives after the notice of the change.
  @Test func doesNotKeepWhatASlowReaderBrings() async throws {
    try await MemoryStand.run { stand, _ in
      try await stand.ask("SET", key, "old", "PX", "600000")
      _ = await stand.cache.read([], generationOf: "w1")
      try await stand.waitForNotices(1)
      stand.wire.resetCounts()
      stand.wire.delayReplies(by: .seconds(2))
      async let slow = stand.read(key)
      // Redis has answered, and the answer waits in the wire.
      try await Patience.wait(for: "the reply") { stand.wire.counts.bytesToClient > 0 ? true : nil }
      stand.wire.delayReplies(by: .zero)
      try await stand.ask("SET", key, "new", "PX", "600000")
      try await stand.waitForNotices(2)

      #expect(await slow == "old")
      #expect(stand.memory.refusals == 1)
      #expect(stand.readMemory(key) == nil)
      #expect(await stand.read(key) == "new")
      #expect(stand.readMemory(key) == "new")
    }
  }

  /// The same with the generation: a reader that saw it before an invalidation leaves nothing behind.
  @Test func doesNotKeepAGenerationThatASlowReaderBrings() async throws {
    try await MemoryStand.run { stand, _ in
      _ = await stand.cache.read([CacheKey(key)], generationOf: "w2")
      stand.wire.resetCounts()
      stand.wire.delayReplies(by: .seconds(2))
      async let slow = stand.cache.read([], generationOf: "w1").generation
      try await Patience.wait(for: "the reply") { stand.wire.counts.bytesToClient > 0 ? true : nil }
      stand.wire.delayReplies(by: .zero)
      try await stand.ask("SET", "gen:w1", "7")
      try await stand.waitForNotices(1)
      #expect(await slow == 0)
      #expect(await stand.cache.read([], generationOf: "w1").generation == 7)
    }
  }

  @Test(.onEveryRedis) func writesOfItsOwnReplaceWhatIsInMemory() async throws {
    try await MemoryStand.run { stand, _ in
      try await stand.fill(key, "one")
      stand.cache.write([CacheWrite(key: CacheKey(key), bytes: Array("two".utf8), ttl: .seconds(60))], workspace: "w1")
      await stand.cache.flush()
      try await stand.waitForNotices(2)
      #expect(await stand.read(key) == "two")
      #expect(stand.readMemory(key) == "two")
    }
  }

  @Test(.onEveryRedis) func neverOutlivesItsTimeInRedis() async throws {
    try await MemoryStand.run { stand, _ in
      try await stand.ask("SET", key, "one", "PX", "300")
      try await stand.waitForNotices(1)
      let sent = ContinuousClock.now
      let entry = try #require(await stand.cache.read([CacheKey(key)], generationOf: "w1").values[0])
      #expect(try #require(entry.expiry) <= sent + .milliseconds(400))
      #expect(entry.remaining <= .milliseconds(300))
      try await Patience.wait(for: "the expiry") { try await stand.ask("EXISTS", key) == .integer(0) ? true : nil }
      #expect(stand.readMemory(key) == nil)
      #expect(await stand.read(key) == nil)
    }
  }

  @Test(.onEveryRedis) func keepsNothingThatAFullRedisRefuses() async throws {
    try await MemoryStand.run { stand, _ in
      try await stand.redis.everywhere(RedisCommand("CONFIG", "SET", "maxmemory", "1"))
      stand.cache.write([CacheWrite(key: CacheKey(key), bytes: [1], ttl: .seconds(60))], workspace: "w1")
      await stand.cache.flush()
      #expect(await stand.read(key) == nil)
      #expect(stand.readMemory(key) == nil)
      #expect(stand.cache.statistics.writeFailures == 1)
    }
  }
}
