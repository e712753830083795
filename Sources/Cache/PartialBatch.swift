/// A read of the cache under way: what has been found, and what is still to be asked for.
struct PartialBatch {
  private let keys: [CacheKey]
  private let generationKey: CacheKey?
  private var values: [MemoryEntry?]
  private var generation: Int64?

  init(_ keys: [CacheKey], generationOf workspace: String?) {
    self.keys = keys
    generationKey = workspace.map(CacheKey.generation)
    values = Array(repeating: nil, count: keys.count)
  }

  var foundCount: Int { values.count { $0 != nil } }

  var isComplete: Bool { (generationKey == nil || generation != nil) && values.allSatisfy { $0 != nil } }

  /// Without the generation nobody can say which values are still good: then all are misses.
  var result: CacheReadBatch {
    if generationKey != nil && generation == nil { return .misses(keys.count) }
    return CacheReadBatch(values: values, generation: generation)
  }

  mutating func fill(from memory: MemoryTier) {
    let now = ContinuousClock.now
    guard memory.isUsable(at: now) else { return }
    for index in keys.indices { values[index] = memory.entry(keys[index], at: now) }
    if let generationKey { generation = memory.entry(generationKey, at: now).flatMap { Self.number($0.bytes) } }
  }

  /// Asks for what is missing: a value with its time to live.
  var commands: [RedisCommand] {
    var commands: [RedisCommand] = []
    commands.reserveCapacity(2 * keys.count + 1)
    for index in keys.indices where values[index] == nil {
      commands.append(RedisCommand("GET", keys[index]))
      commands.append(RedisCommand("PTTL", keys[index]))
    }
    if let generationKey, generation == nil { commands.append(RedisCommand("GET", generationKey)) }
    return commands
  }

  /// Takes the replies to ``commands``.
  mutating func take(_ replies: [RedisReply], _ reader: ReplyReader) throws(CacheError) {
    if let generationKey, generation == nil {
      // A missing counter reads as 0.
      let text = replies.last == .null ? Array("0".utf8) : replies.last?.bytes
      guard let text, let number = Self.number(text) else {
        throw CacheError(.protocolViolation, "The generation of a workspace is no number")
      }
      generation = number
      reader.keep(generationKey, text)
    }
    var rest = replies[...]
    for index in keys.indices where values[index] == nil {
      guard let value = rest.popFirst(), let ttl = rest.popFirst() else { return }
      values[index] = reader.entry(keys[index], value, ttl)
    }
  }

  /// A generation: digits only.
  private static func number(_ text: [UInt8]) -> Int64? {
    guard !text.isEmpty, text.count <= 18 else { return nil }
    var number: Int64 = 0
    for byte in text {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      number = number * 10 + Int64(byte - UInt8(ascii: "0"))
    }
    return number
  }
}
