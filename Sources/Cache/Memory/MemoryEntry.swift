import Synchronization

/// A value found in the cache, with room for what its reader has made of it.
///
/// An entry that is kept in memory is the same object for every reader, so what is decoded or rendered from its bytes
/// once can be used by all of them. It mirrors what stands in Redis under the key; what the bytes mean, and whether
/// they are still good (their generation, their owner), is for the reader to say.
public final class MemoryEntry: Sendable {
  private struct Slot {
    var derived: (any AnyObject & Sendable)?
    var cost = 0
  }

  public let key: CacheKey
  public let bytes: [UInt8]
  /// When Redis drops the value, or earlier; nil when it never does, as with keys of other services.
  public let expiry: ContinuousClock.Instant?

  private let slot = Mutex(Slot())
  /// Where the entry is kept, unless it is not.
  private let home: MemoryShard?
  /// Which of the prefixes that are kept in memory the key has.
  let prefix: Int

  init(
    key: CacheKey,
    bytes: [UInt8],
    expiry: ContinuousClock.Instant?,
    home: MemoryShard? = nil,
    prefix: Int = 0
  ) {
    self.key = key
    self.bytes = bytes
    self.expiry = expiry
    self.home = home
    self.prefix = prefix
  }

  /// The time to live that is left; zero when the value never expires.
  public var remaining: Duration {
    expiry.map { max(.zero, $0 - .now) } ?? .zero
  }

  func isExpired(at now: ContinuousClock.Instant) -> Bool {
    expiry.map { $0 <= now } ?? false
  }

  // MARK: What is derived from the bytes

  /// What a reader has made of the bytes and left here.
  public var derived: (any AnyObject & Sendable)? {
    slot.withLock { $0.derived }
  }

  /// Leaves what was made of the bytes for the readers to come. When two come at once, the first one's stays.
  /// - Parameter cost: bytes that it takes, which count against the bound of the memory.
  /// - Returns: what is there now.
  public func keep<Derived: AnyObject & Sendable>(_ derived: Derived, cost: Int) -> Derived {
    let (kept, isNew) = slot.withLock { slot -> (Derived, Bool) in
      if let first = slot.derived as? Derived { return (first, false) }
      slot.derived = derived
      return (derived, true)
    }
    if isNew { charge(cost) }
    return kept
  }

  /// Counts bytes by which the derived value has grown since it was kept.
  public func charge(_ cost: Int) {
    let total = slot.withLock { slot in
      slot.cost += max(0, cost)
      return slot.cost
    }
    home?.charge(self, derived: total)
  }

  /// Bytes that the entry takes by itself, derived values apart.
  var ownCost: Int { key.bytes.count + bytes.count + Self.overhead }

  /// Objects, array heads, and the places in the index and the queue; measured generously.
  static let overhead = 320
}
