/// A read of the cache under way: what has been found, and what is still to be asked for.
struct PartialBatch {
  private let keys: [CacheKey]
  private let workspace: String?
  private let lease: LeaseTerms?
  private var values: [MemoryEntry?]
  /// Empty until Redis has been asked.
  private var leases: [CacheLease] = []
  /// Which keys Redis was asked for; empty when it was asked for none.
  private var asked: [Bool] = []
  private var generations: Generations?
  /// Keys under which something else than a string stands.
  private var occupied: Set<Int> = []
  /// Whether Redis was asked, whatever came of it.
  private(set) var isTried = false
  /// Something other than numbers stands in the place of a generation, or one that was left behind long ago.
  private(set) var damage: Damage?

  /// Of the workspace and of its fields: known together or not at all.
  private struct Generations {
    let workspace: Int64
    let fields: FieldGenerations
  }

  enum Damage {
    case workspace
    case fields
  }

  /// - Parameter lease: asks for the lease of each key that memory is without; needs a workspace.
  init(_ keys: [CacheKey], generationOf workspace: String?, lease: LeaseTerms? = nil) {
    self.keys = keys
    self.workspace = workspace
    self.lease = workspace == nil ? nil : lease
    values = Array(repeating: nil, count: keys.count)
  }

  var foundCount: Int { values.count { $0 != nil } }

  var isComplete: Bool { !lacksGenerations && values.allSatisfy { $0 != nil } }

  private var lacksGenerations: Bool { workspace != nil && generations == nil }

  /// Without the generation nobody can say which values are still good: then all are misses.
  var result: CacheReadBatch {
    if lacksGenerations { return .misses(keys.count, isTried: isTried) }
    return CacheReadBatch(
      values: values,
      workspaceGeneration: generations?.workspace,
      fieldGenerations: generations?.fields ?? .none,
      isTried: isTried,
      asked: asked,
      occupied: occupied,
      leases: leases
    )
  }

  // MARK: Memory

  /// When a generation is not in memory the workspace has probably been invalidated: then the values in memory are old, and
  /// all are asked for.
  mutating func fill(from memory: MemoryTier) {
    let now = ContinuousClock.now
    guard memory.isUsable(at: now) else { return }
    if let workspace {
      generations = Self.generations(of: workspace, in: memory, at: now)
      guard generations != nil else { return }
    }
    for index in keys.indices { values[index] = memory.entry(keys[index], at: now) }
  }

  private static func generations(
    of workspace: String,
    in memory: MemoryTier,
    at now: ContinuousClock.Instant
  ) -> Generations? {
    guard let number = memory.entry(.generation(of: workspace), at: now).flatMap({ Generation.number($0.bytes) }),
      let fields = memory.entry(.fieldGenerations(of: workspace), at: now)?.derived as? FieldGenerations
    else { return nil }
    return Generations(workspace: number, fields: fields)
  }

  // MARK: Redis

  mutating func willAsk() { isTried = true }

  /// Asks for what is missing: a value with its time to live, and its lease.
  var commands: [RedisCommand] {
    var commands: [RedisCommand] = []
    commands.reserveCapacity(4 * keys.count + 2)
    for index in keys.indices where values[index] == nil {
      commands.append(RedisCommand("GET", keys[index]))
      commands.append(RedisCommand("PTTL", keys[index]))
      if let lease, let workspace { commands += lease.commands(for: keys[index], workspace: workspace) }
    }
    if let workspace, generations == nil {
      commands += Generation.reading(.generation(of: workspace))
      commands += FieldGenerations.reading(.fieldGenerations(of: workspace))
    }
    return commands
  }

  /// Takes the replies to ``commands``.
  mutating func take(_ replies: [RedisReply], _ reader: ReplyReader) throws(CacheError) {
    if let workspace, generations == nil {
      try takeGenerations(of: workspace, Array(replies.suffix(4)), reader)
      if damage != nil { return }
    }
    asked = values.map { $0 == nil }
    if lease != nil { leases = Array(repeating: .unknown, count: keys.count) }
    var rest = replies[...]
    for index in keys.indices where values[index] == nil {
      guard let value = rest.popFirst(), let ttl = rest.popFirst() else { return }
      if value.isWrongType { occupied.insert(index) }
      values[index] = reader.entry(keys[index], value, ttl)
      guard let lease else { continue }
      _ = rest.popFirst()
      leases[index] = lease.read(holder: rest.popFirst())
    }
  }

  private mutating func takeGenerations(
    of workspace: String,
    _ replies: [RedisReply],
    _ reader: ReplyReader
  ) throws(CacheError) {
    guard replies.count == 4 else { throw CacheError(.protocolViolation, "Redis gave too few replies") }
    let (number, text): (Int64, [UInt8])
    switch Generation.read(replies[1]) {
    case .number(let found, let written): (number, text) = (found, written)
    case .damaged:
      damage = .workspace
      return
    case .unknown: throw CacheError(.protocolViolation, "Redis did not tell the generation of a workspace")
    }
    guard let fields = FieldGenerations(replies[3]) else {
      guard FieldGenerations.isDamage(replies[3]) else {
        throw CacheError(.protocolViolation, "Redis did not tell the generations of fields")
      }
      damage = .fields
      return
    }
    guard !reader.watermarks.haveFallen(workspace, number, fields) else {
      damage = .workspace
      return
    }
    reader.keep(.generation(of: workspace), text)
    reader.keep(.fieldGenerations(of: workspace), fields)
    generations = Generations(workspace: number, fields: fields)
  }
}
