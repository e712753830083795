/// What one read of the cache brought.
public struct CacheReadBatch: Sendable {
  /// One for each key, in order; nil is a miss.
  public let values: [MemoryEntry?]
  /// Nil when no workspace was named, or when Redis could not say.
  let workspaceGeneration: Int64?
  let fieldGenerations: FieldGenerations
  /// Whether Redis was asked, whatever came of it: asking again would be a second round trip, or a second deadline.
  public let isTried: Bool
  /// Which keys Redis has answered for; empty for none.
  let asked: [Bool]
  private let occupied: Set<Int>
  /// Empty when nobody asked for leases.
  let leases: [CacheLease]

  init(
    values: [MemoryEntry?],
    workspaceGeneration: Int64?,
    fieldGenerations: FieldGenerations,
    isTried: Bool,
    asked: [Bool],
    occupied: Set<Int>,
    leases: [CacheLease]
  ) {
    self.values = values
    self.workspaceGeneration = workspaceGeneration
    self.fieldGenerations = fieldGenerations
    self.isTried = isTried
    self.asked = asked
    self.occupied = occupied
    self.leases = leases
  }

  static func misses(_ count: Int, isTried: Bool) -> CacheReadBatch {
    CacheReadBatch(
      values: Array(repeating: nil, count: count),
      workspaceGeneration: nil,
      fieldGenerations: .none,
      isTried: isTried,
      asked: [],
      occupied: [],
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

  /// Whether the value of a key was in memory.
  public func isFromMemory(_ index: Int) -> Bool {
    values[index] != nil && (asked.isEmpty || !asked[index])
  }

  /// Whether something else than a string stands under a key, which is no value of anybody's.
  public func isOccupied(_ index: Int) -> Bool { occupied.contains(index) }

  /// Whose task it is to compute the value of a key, should it be needed.
  public func lease(_ index: Int) -> CacheLease {
    leases.isEmpty ? .unknown : leases[index]
  }
}
