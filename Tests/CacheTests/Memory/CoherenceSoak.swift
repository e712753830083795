import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Cache

/// Two instances over one Redis, whose values change, expire and are invalidated at random while both are read.
///
/// Takes three seconds; TRACEGATE_COHERENCE_SECONDS=60 takes a minute.
@Suite(.enabled(if: PrivateRedis.isThere, Comment(rawValue: PrivateRedis.absence)), .serialized)
struct CoherenceSoak {
  @Test(.onEveryRedis) func neverServesWhatChangedLongerAgoThanItMay() async throws {
    try await Turnstile.heavy.pass { try await soak() }
  }

  private func soak() async throws {
    let seconds = Int(ProcessInfo.processInfo.environment["TRACEGATE_COHERENCE_SECONDS"] ?? "") ?? 3
    try await PrivateRedis.run { redis, _ in
      let instances = [SoakInstance(redis), SoakInstance(redis)]
      for instance in instances { try await instance.begin() }
      let history = SoakHistory()
      let end = ContinuousClock.now + .seconds(seconds)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          try await SoakWriter(redis: redis, client: redis.client(), instances: instances, history: history).run(
            until: end
          )
        }
        for (number, instance) in instances.enumerated() {
          for reader in 0..<2 {
            group.addTask { try await read(instance.cache, history, seed: UInt64(10 * number + reader), until: end) }
          }
        }
        try await group.waitForAll()
      }
      for instance in instances {
        let statistics = instance.cache.statistics
        // It would prove nothing if memory were never used.
        #expect(statistics.memoryHits > 0)
        #expect(statistics.memory?.notices ?? 0 > 0)
        await instance.end()
      }
      #expect(history.violations == [])
      #expect(history.reads > 0)
    }
  }

  private func read(
    _ cache: FieldCache,
    _ history: SoakHistory,
    seed: UInt64,
    until end: ContinuousClock.Instant
  ) async throws {
    var random = SplitMix64(seed: seed)
    while ContinuousClock.now < end {
      let key = Int.random(in: 0..<SoakHistory.keyCount, using: &random)
      let began = ContinuousClock.now
      let batch = await cache.read([SoakHistory.key(key)], generationOf: "w1")
      history.check(key: key, value: batch.values[0]?.bytes, generation: batch.workspaceGeneration, readAt: began)
      // Leaves the others a turn, and sometimes time for things to happen.
      if Int.random(in: 0..<50, using: &random) == 0 { try await Task.sleep(for: .milliseconds(1)) }
      await Task.yield()
    }
  }
}

/// A gateway's cache with connections of its own.
private final class SoakInstance: Sendable {
  let client: RedisClient
  let cache: FieldCache
  private let life: Task<Void, Never>

  init(_ redis: PrivateRedis) {
    client = redis.client(timeout: .seconds(10))
    let memory = MemoryConfiguration(maximumBytes: 1 << 20, prefixes: ["a:"])
    let cache = FieldCache(redis: client, logger: .silent, memory: memory)
    self.cache = cache
    life = Task { await cache.run() }
  }

  func begin() async throws {
    try await Patience.wait(for: "tracking") { cache.isMemoryUsable ? true : nil }
  }

  func end() async {
    life.cancel()
    await client.close()
  }
}

/// Which value stood where, and until when it may be seen.
private final class SoakHistory: Sendable {
  static let keyCount = 6
  /// An answer may show what was true so long before its request began.
  static let tolerance = Duration.milliseconds(100)
  /// Redis counts time to live in milliseconds by a clock that it reads once a turn.
  static let clockStep = Duration.milliseconds(5)

  private struct State {
    var nextVersion = 0
    var standing: [Int: Int] = [:]
    /// By version: when it was known to be gone.
    var goneAt: [Int: ContinuousClock.Instant] = [:]
    var expiries: [Int: ContinuousClock.Instant] = [:]
    /// Generations, with when they were known to have been reached.
    var generations: [(number: Int64, at: ContinuousClock.Instant)] = []
    var reads = 0
    var violations: [String] = []
  }

  private let state = Mutex(State())

  static func key(_ number: Int) -> CacheKey { CacheKey("a:w1:\(number)") }

  var violations: [String] { state.withLock { Array($0.violations.prefix(10)) } }
  var reads: Int { state.withLock { $0.reads } }

  func newVersion() -> Int {
    state.withLock { state in
      state.nextVersion += 1
      return state.nextVersion
    }
  }

  /// A value is to be written; it may be seen from now on.
  func willWrite(_ version: Int) {
    state.withLock { $0.expiries[version] = .now + .seconds(3600) }
  }

  /// A key has a new value, or none, and the old one is gone.
  func changed(_ key: Int, to version: Int?, ttl: Duration?) {
    let now = ContinuousClock.now
    state.withLock { state in
      if let old = state.standing[key] { state.goneAt[old] = now }
      state.standing[key] = version
      if let version, let ttl { state.expiries[version] = now + ttl }
    }
  }

  func reached(_ generation: Int64) {
    let now = ContinuousClock.now
    state.withLock { $0.generations.append((generation, now)) }
  }

  func forgetGenerations() {
    state.withLock { $0.generations = [] }
  }

  func check(key: Int, value: [UInt8]?, generation: Int64?, readAt: ContinuousClock.Instant) {
    state.withLock { state in
      state.reads += 1
      if let value, let version = Int(String(decoding: value, as: UTF8.self)) {
        if let gone = state.goneAt[version], gone + Self.tolerance < readAt {
          state.violations.append("version \(version) of key \(key), gone \(readAt - gone) ago")
        }
        if let expiry = state.expiries[version], expiry + Self.clockStep < readAt {
          state.violations.append("version \(version) of key \(key), expired \(readAt - expiry) ago")
        }
      }
      guard let last = state.generations.last(where: { $0.at + Self.tolerance < readAt }), let generation else {
        return
      }
      if generation < last.number {
        state.violations.append("generation \(generation), \(last.number) was reached \(readAt - last.at) ago")
      }
    }
  }
}

/// Changes everything, one thing at a time, so that it knows when each was done.
private struct SoakWriter: Sendable {
  let redis: PrivateRedis
  let client: RedisClient
  let instances: [SoakInstance]
  let history: SoakHistory

  func run(until end: ContinuousClock.Instant) async throws {
    var random = SplitMix64(seed: 7)
    while ContinuousClock.now < end {
      let key = Int.random(in: 0..<SoakHistory.keyCount, using: &random)
      switch Int.random(in: 0..<100, using: &random) {
      case 0..<55: try await write(key, ttl: .milliseconds(Int.random(in: 5...400, using: &random)))
      case 55..<80: try await writeBehind(key, ttl: .seconds(60), Int.random(in: 0...1, using: &random))
      case 80..<90:
        try await instances[0].cache.remove([SoakHistory.key(key)])
        history.changed(key, to: nil, ttl: nil)
      case 90..<98: try await invalidate(Int.random(in: 0...1, using: &random))
      case 98: try await redis.everywhere(RedisCommand("CLIENT", "KILL", "TYPE", "pubsub"))
      default:
        // The counter goes with the values, and then reads as 0 until the next invalidation.
        history.forgetGenerations()
        try await redis.everywhere(RedisCommand("FLUSHALL"))
        for key in 0..<SoakHistory.keyCount { history.changed(key, to: nil, ttl: nil) }
        try await invalidate(0)
      }
      try await Task.sleep(for: .microseconds(Int.random(in: 0...4000, using: &random)))
    }
    await client.close()
  }

  /// Another service writes.
  private func write(_ key: Int, ttl: Duration) async throws {
    let version = history.newVersion()
    history.willWrite(version)
    var command = RedisCommand("SET", SoakHistory.key(key))
    command.append(text: "\(version)")
    command.append(text: "PX")
    command.append(text: "\(ttl.redisMilliseconds)")
    _ = try await client.send(command)
    history.changed(key, to: version, ttl: ttl)
  }

  /// An instance fills its cache.
  private func writeBehind(_ key: Int, ttl: Duration, _ instance: Int) async throws {
    let version = history.newVersion()
    history.willWrite(version)
    let cache = instances[instance].cache
    cache.write([CacheWrite(key: SoakHistory.key(key), bytes: Array("\(version)".utf8), ttl: ttl)], workspace: "w1")
    await cache.flush()
    history.changed(key, to: version, ttl: ttl)
  }

  private func invalidate(_ instance: Int) async throws {
    let before = try await client.send(RedisCommand("GET", .generation(of: "w1"))).integer ?? 0
    try await instances[instance].cache.invalidate(workspace: "w1")
    let after = try await client.send(RedisCommand("GET", .generation(of: "w1"))).integer ?? 0
    #expect(after > before)
    history.reached(after)
    for key in 0..<SoakHistory.keyCount {
      if try await client.send(RedisCommand("EXISTS", SoakHistory.key(key))) == .integer(0) {
        history.changed(key, to: nil, ttl: nil)
      }
    }
  }
}
