import TestSupport

@testable import Cache

/// A ``FieldCache`` with memory on a private Redis (or cluster, which has no wire), beside a client of somebody else's. The
/// generations of the workspace `w1` stand at 0.
struct MemoryStand: Sendable {
  let redis: PrivateRedis
  let cache: FieldCache
  /// Changes things behind the back of the cache.
  let stranger: RedisClient
  /// What the cache reads through; Redis tells it of changes by another way.
  let wire: WireProxy

  /// - Parameter staleness: long, so that a busy machine does not make a test ask Redis, unless it is about that.
  static func run(
    maximumBytes: Int = 1 << 20,
    staleness: Duration = .seconds(60),
    _ body: (MemoryStand, Program) async throws -> Void
  ) async throws {
    try await PrivateRedis.run { redis, program in
      let wire = try redis.proxy()
      let client = redis.client(through: wire, timeout: .seconds(10))
      var memory = MemoryConfiguration(maximumBytes: maximumBytes, prefixes: ["a:", "trace:detail:"])
      memory.maximumStaleness = staleness
      var tracking = redis.configuration
      tracking.timeout = .seconds(1)
      let cache = FieldCache(redis: client, trackingBy: tracking, logger: .silent, memory: memory)
      let stranger = redis.client(timeout: .seconds(10))
      // Begun by the first reader otherwise, who would then be told of it.
      _ = try await stranger.send(RedisCommand("SET", "gen:w1", "0"))
      _ = try await stranger.send(RedisCommand("HSET", "gen:w1:fields", "*", "0"))
      let life = Task { await cache.run() }
      defer {
        life.cancel()
        wire.stop()
      }
      let stand = MemoryStand(redis: redis, cache: cache, stranger: stranger, wire: wire)
      try await stand.waitForSession(1)
      try await body(stand, program)
      await client.close()
      await stranger.close()
    }
  }

  var memory: MemoryStatistics { cache.statistics.memory ?? MemoryStatistics() }

  /// Waits until Redis tells of changes, for the `number`th time, and has confirmed that it has told of all.
  func waitForSession(_ number: Int) async throws {
    try await Patience.wait(for: "tracking") {
      memory.sessions >= number && memory.isTracking && cache.isMemoryUsable ? true : nil
    }
  }

  /// Waits until Redis has told of so many changes.
  func waitForNotices(_ count: Int) async throws {
    try await Patience.wait(for: "\(count) notices, got \(memory.notices)") { memory.notices >= count ? true : nil }
  }

  @discardableResult
  func ask(_ name: StaticString, _ arguments: String...) async throws -> RedisReply {
    var command = RedisCommand(name)
    for argument in arguments { command.append(text: argument) }
    return try await stranger.send(command)
  }

  /// The text under a key, by the cache.
  func read(_ key: String) async -> String? {
    let batch = await cache.read([CacheKey(key)], generationOf: "w1")
    return batch.values[0].map { String(decoding: $0.bytes, as: UTF8.self) }
  }

  /// The text under a key if everything needed is in memory.
  func readMemory(_ key: String) -> String? {
    let batch = cache.readMemory([CacheKey(key)], generationOf: "w1")
    return batch?.values[0].map { String(decoding: $0.bytes, as: UTF8.self) }
  }

  /// Writes a value and reads it into memory.
  func fill(_ key: String, _ value: String) async throws {
    let before = memory.notices
    try await ask("SET", key, value, "PX", "600000")
    try await waitForNotices(before + 1)
    guard await read(key) == value, readMemory(key) == value else { throw TestFailure("\(key) is not in memory") }
  }
}
