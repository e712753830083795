/// What one read of the cache brought.
public struct CacheReadBatch: Sendable {
  /// One for each key, in order; nil is a miss.
  public let values: [MemoryEntry?]
  /// Nil when no workspace was named, or when Redis could not say.
  let workspaceGeneration: Int64?
  let fieldGenerations: FieldGenerations
  /// Which keys Redis has answered for; empty for none.
  let asked: [Bool]
  /// Empty when nobody asked for leases.
  let leases: [CacheLease]

  static func misses(_ count: Int) -> CacheReadBatch {
    CacheReadBatch(
      values: Array(repeating: nil, count: count),
      workspaceGeneration: nil,
      fieldGenerations: .none,
      asked: [],
      leases: []
    )
  }

  /// The generation of values of no field: it moves on when the workspace is invalidated. What is read from the database from
  /// now on belongs to it. Nil when Redis could not say; then nothing should be written.
  public var generation: Int64? {
    workspaceGeneration.map { $0 + fieldGenerations.beginning }
  }

  /// The generation of the values whose keys begin with the text of a field: it moves on when the workspace is invalidated
  /// and when the field is.
  public func generation(ofField prefix: [UInt8]) -> Int64? {
    generation.map { $0 + fieldGenerations[prefix] }
  }

  /// Whether Redis has answered.
  public var hasAsked: Bool { !asked.isEmpty }

  /// Whether the value of a key was in memory.
  public func isFromMemory(_ index: Int) -> Bool {
    values[index] != nil && (asked.isEmpty || !asked[index])
  }

  /// Whose task it is to compute the value of a key, should it be needed.
  public func lease(_ index: Int) -> CacheLease {
    leases.isEmpty ? .unknown : leases[index]
  }
}
