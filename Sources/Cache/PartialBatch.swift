/// A read of the cache under way: what has been found, and what is still to be asked for.
struct PartialBatch {
  private let keys: [CacheKey]
  private let workspace: String?
  private let generationKey: CacheKey?
  private let lease: LeaseTerms?
  private var values: [MemoryEntry?]
  /// Empty until Redis has been asked.
  private var leases: [CacheLease] = []
  /// Which keys Redis was asked for; empty when it was asked for none.
  private var asked: [Bool] = []
  private var generation: Int64?
  /// Whether something other than a number stands in the place of the generation.
  private(set) var isGenerationDamaged = false

  /// - Parameter lease: asks for the lease of each key that memory is without; needs a workspace.
  init(_ keys: [CacheKey], generationOf workspace: String?, lease: LeaseTerms? = nil) {
    self.keys = keys
    self.workspace = workspace
    self.lease = workspace == nil ? nil : lease
    generationKey = workspace.map(CacheKey.generation)
    values = Array(repeating: nil, count: keys.count)
  }

  var foundCount: Int { values.count { $0 != nil } }

  var isComplete: Bool { (generationKey == nil || generation != nil) && values.allSatisfy { $0 != nil } }

  /// Without the generation nobody can say which values are still good: then all are misses.
  var result: CacheReadBatch {
    if generationKey != nil && generation == nil { return .misses(keys.count) }
    return CacheReadBatch(values: values, generation: generation, asked: asked, leases: leases)
  }

  /// When the generation is not in memory the workspace has probably been invalidated: then the values in memory are old,
  /// and all are asked for.
  mutating func fill(from memory: MemoryTier) {
    let now = ContinuousClock.now
    guard memory.isUsable(at: now) else { return }
    if let generationKey {
      generation = memory.entry(generationKey, at: now).flatMap { Generation.number($0.bytes) }
      guard generation != nil else { return }
    }
    for index in keys.indices { values[index] = memory.entry(keys[index], at: now) }
  }

  /// Asks for what is missing: a value with its time to live, and its lease.
  var commands: [RedisCommand] {
    var commands: [RedisCommand] = []
    commands.reserveCapacity(4 * keys.count + 1)
    for index in keys.indices where values[index] == nil {
      commands.append(RedisCommand("GET", keys[index]))
      commands.append(RedisCommand("PTTL", keys[index]))
      if let lease, let workspace { commands += lease.commands(for: keys[index], workspace: workspace) }
    }
    if let generationKey, generation == nil { commands.append(RedisCommand("GET", generationKey)) }
    return commands
  }

  /// Takes the replies to ``commands``.
  mutating func take(_ replies: [RedisReply], _ reader: ReplyReader) throws(CacheError) {
    if let generationKey, generation == nil {
      switch Generation.read(replies.last) {
      case .number(let number, let text):
        generation = number
        reader.keep(generationKey, text)
      case .damaged:
        isGenerationDamaged = true
        return
      case .unknown: throw CacheError(.protocolViolation, "Redis did not tell the generation of a workspace")
      }
    }
    asked = values.map { $0 == nil }
    if lease != nil { leases = Array(repeating: .unknown, count: keys.count) }
    var rest = replies[...]
    for index in keys.indices where values[index] == nil {
      guard let value = rest.popFirst(), let ttl = rest.popFirst() else { return }
      values[index] = reader.entry(keys[index], value, ttl)
      guard let lease else { continue }
      _ = rest.popFirst()
      leases[index] = lease.read(holder: rest.popFirst())
    }
  }
}
