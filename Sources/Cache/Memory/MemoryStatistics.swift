/// What is in the memory of a ``FieldCache``, and what became of what was.
public struct MemoryStatistics: Sendable, Hashable {
  public var entries = 0
  /// Of keys, values and what is derived from them.
  public var bytes = 0
  /// What they may be at most.
  public var maximumBytes = 0
  /// Entries that had to leave for others.
  public var evictions = 0
  /// The same by what the keys begin with.
  public var evictionsByPrefix: [String: Int] = [:]
  /// Keys of which Redis said that they have changed.
  public var notices = 0
  /// How often Redis said that all keys are gone.
  public var flushes = 0
  /// Values not kept because their key changed while they were read.
  public var refusals = 0
  /// Whether Redis tells of changes at present; if not, the memory is empty and not used.
  public var isTracking = false
  /// How often it began to.
  public var sessions = 0
}
