/// What became of the traces of one batch. Positions count from 0 in the batch as it was given.
public struct WriteReport: Sendable, Hashable {
  /// A trace that the database would not take although it was well-formed.
  public struct Rejection: Sendable, Hashable {
    public let index: Int
    /// Harmless: names no value.
    public let reason: String

    public init(index: Int, reason: String) {
      self.index = index
      self.reason = reason
    }
  }

  /// Traces that are in the database now and were not before, in ascending order.
  public var inserted: [Int] = []
  /// Traces that were known already, or stood earlier in the batch. Nothing was changed for them.
  public var duplicates = 0
  public var rejected: [Rejection] = []

  public init() {}

  mutating func add(_ part: WriteReport) {
    inserted += part.inserted
    duplicates += part.duplicates
    rejected += part.rejected
  }
}
