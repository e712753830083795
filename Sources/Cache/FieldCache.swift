public import Logging
import Synchronization

/// Values of fields in Redis, under their documented keys.
///
/// A failure of Redis is a miss: it is counted and logged once per interval, and fails no request. Values are opaque
/// bytes; whoever reads them decides what a value is worth.
public final class FieldCache: Sendable {
  private let redis: RedisClient
  private let log: OccasionalLog
  private let counters = FieldCacheCounters()
  private let writes: WriteBehind

  /// The index set of a workspace outlives every key in it, and goes when nothing is written for so long.
  private static let indexLifetime: Duration = .seconds(86_400)
  /// How many keys one step of an invalidation takes.
  private static let invalidationStep = 512

  /// - Parameter maximumPendingWrites: batches of values that may wait to be stored; what comes on top is dropped.
  public init(redis: RedisClient, logger: Logger, maximumPendingWrites: Int = 256) {
    self.redis = redis
    log = OccasionalLog(logger, interval: .seconds(10))
    writes = WriteBehind(maximum: maximumPendingWrites)
  }

  public var statistics: FieldCacheStatistics { counters.statistics }

  // MARK: Reading

  /// Looks up keys, and the generation of a workspace: one round trip for all of it.
  ///
  /// - Returns: one value or nil for each key. A key of another type than string is a miss for itself only. When Redis
  ///   cannot be asked, all are misses and the generation is nil: nothing should be stored then.
  public func read(_ keys: [CacheKey], generationOf workspace: String?) async -> CacheReadBatch {
    var commands: [RedisCommand] = []
    for key in keys {
      commands.append(.of("GET", key))
      commands.append(.of("PTTL", key))
    }
    if let workspace { commands.append(.of("GET", .generation(of: workspace))) }
    do throws(CacheError) {
      let replies = try await redis.pipeline(commands)
      let values = keys.indices.map { value(replies[2 * $0], remaining: replies[2 * $0 + 1]) }
      let hits = values.count { $0 != nil }
      counters.hits.add(hits, ordering: .relaxed)
      counters.misses.add(keys.count - hits, ordering: .relaxed)
      return CacheReadBatch(values: values, generation: workspace == nil ? nil : generation(replies.last))
    } catch {
      counters.failures.add(1, ordering: .relaxed)
      counters.misses.add(keys.count, ordering: .relaxed)
      log.warning("The cache could not be read", detail: error.debugDescription)
      return CacheReadBatch(values: keys.map { _ in nil }, generation: nil)
    }
  }

  private func value(_ reply: RedisReply, remaining: RedisReply) -> CachedValue? {
    guard case .string(let bytes) = reply else { return nil }
    // Negative: without expiry (-1), or gone between the two commands (-2).
    let milliseconds = remaining.integer ?? 0
    return CachedValue(bytes: bytes, remaining: .milliseconds(max(0, milliseconds)))
  }

  /// A missing counter is generation 0; one that is no number was not written by us and cannot be trusted.
  private func generation(_ reply: RedisReply?) -> Int64? {
    reply == .null ? 0 : reply?.integer
  }

  // MARK: Writing

  /// Stores values in the background and returns at once. Each batch is one round trip.
  public func write(_ entries: [CacheWrite], workspace: String?) {
    guard !entries.isEmpty else { return }
    let accepted = writes.start { [self] in
      do throws(CacheError) {
        let replies = try await redis.pipeline(commands(for: entries, workspace: workspace))
        let refused = replies.count { if case .error = $0 { true } else { false } }
        if refused > 0 {
          counters.failures.add(1, ordering: .relaxed)
          log.warning("The cache refused values", detail: replies.compactMap(\.errorText).first ?? "")
        } else {
          counters.writes.add(entries.count, ordering: .relaxed)
        }
      } catch {
        counters.failures.add(1, ordering: .relaxed)
        log.warning("The cache could not be written", detail: error.debugDescription)
      }
    }
    if !accepted { counters.droppedWrites.add(entries.count, ordering: .relaxed) }
  }

  private func commands(for entries: [CacheWrite], workspace: String?) -> [RedisCommand] {
    var commands: [RedisCommand] = []
    for entry in entries {
      var command = RedisCommand.of("SET", entry.key)
      command.append(entry.bytes)
      command.append(text: "PX")
      command.append(text: String(max(1, entry.ttl.milliseconds)))
      if entry.onlyIfAbsent { command.append(text: "NX") }
      commands.append(command)
    }
    guard let workspace else { return commands }
    let longest = entries.map(\.ttl).max() ?? .zero
    var index = RedisCommand.of("SADD", .index(of: workspace))
    for entry in entries { index.append(entry.key.bytes) }
    var expiry = RedisCommand.of("EXPIRE", .index(of: workspace))
    expiry.append(text: String((max(longest, Self.indexLifetime) * 2).milliseconds / 1000))
    return commands + [index, expiry]
  }

  /// Waits until every write that was accepted so far is done.
  public func flush() async {
    await writes.flush()
  }

  // MARK: Invalidation

  /// Drops every value of a workspace: whoever reads after this returns sees none from before.
  ///
  /// The generation counter moves on first, which alone makes our values misses; then the keys that were written are
  /// unlinked for the sake of other services, one key a command, in steps that find them by the index set. O(keys of the workspace).
  public func invalidate(workspace: String) async throws(CacheError) {
    _ = try await redis.send(.of("INCR", .generation(of: workspace)))
    counters.invalidations.add(1, ordering: .relaxed)
    var keys = try await takeKeys(of: workspace)
    while !keys.isEmpty {
      for reply in try await redis.pipeline(keys.map { .of("UNLINK", $0) }) { _ = try reply.value() }
      keys = try await takeKeys(of: workspace)
    }
  }

  private func takeKeys(of workspace: String) async throws(CacheError) -> [CacheKey] {
    var command = RedisCommand.of("SPOP", .index(of: workspace))
    command.append(text: String(Self.invalidationStep))
    guard case .array(let members) = try await redis.send(command) else { return [] }
    return members.compactMap { member in
      if case .string(let bytes) = member { CacheKey(bytes: bytes) } else { nil }
    }
  }
}

/// What a look-up found.
public struct CacheReadBatch: Sendable {
  /// One for each key that was asked for, in order; nil is a miss.
  public let values: [CachedValue?]
  /// The workspace's generation; nil when it was not asked for or Redis could not be asked.
  public let generation: Int64?
}

/// A value found in the cache.
public struct CachedValue: Sendable {
  public let bytes: [UInt8]
  /// How long the value still lives; zero when its key has no expiry, which only other services' keys can have.
  public let remaining: Duration
}

/// A value to store.
public struct CacheWrite: Sendable {
  public let key: CacheKey
  public let bytes: [UInt8]
  public let ttl: Duration
  /// Leave a value that is there already as it is.
  public let onlyIfAbsent: Bool

  public init(key: CacheKey, bytes: [UInt8], ttl: Duration, onlyIfAbsent: Bool) {
    self.key = key
    self.bytes = bytes
    self.ttl = ttl
    self.onlyIfAbsent = onlyIfAbsent
  }
}

extension RedisCommand {
  /// A command whose first argument is a key.
  static func of(_ name: StaticString, _ key: CacheKey) -> RedisCommand {
    var command = RedisCommand(name)
    command.append(key.bytes)
    return command
  }
}

extension RedisReply {
  /// The server's error text; nil for every other reply.
  var errorText: String? {
    if case .error(let text) = self { text } else { nil }
  }
}

extension Duration {
  /// Whole milliseconds, rounded down.
  var milliseconds: Int64 {
    components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
  }
}
