/// How a ``FieldCache`` keeps values in memory.
public struct MemoryConfiguration: Sendable {
  /// Of keys, values and what is derived from them, all entries together.
  public var maximumBytes: Int
  /// What the keys begin with that are kept. Redis tells of every change of such a key.
  public var prefixes: [String]
  /// A value is taken from memory only while Redis has confirmed, within this time, that all changes before were told.
  public var maximumStaleness = Duration.milliseconds(100)

  public init(maximumBytes: Int, prefixes: [String]) {
    self.maximumBytes = maximumBytes
    self.prefixes = prefixes
  }

  /// How often Redis is asked for that confirmation: often enough that a late one does not show.
  var heartbeat: Duration { maximumStaleness / 4 }

  /// The prefixes and that of the generations, without those that begin with another one: Redis takes none twice.
  var trackedPrefixes: [[UInt8]] {
    let all = Set(prefixes.map { Array($0.utf8) } + [CacheKey.generationPrefix])
    return all.filter { prefix in !all.contains { $0 != prefix && prefix.starts(with: $0) } }
      .sorted { $0.lexicographicallyPrecedes($1) }
  }
}
