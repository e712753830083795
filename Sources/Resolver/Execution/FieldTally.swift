import Synchronization

/// What became of the calls of one cached field so far.
public struct FieldStatistics: Sendable, Hashable {
  /// Calls whose body was in memory.
  public var memoryHits = 0
  /// Calls whose body was in Redis.
  public var redisHits = 0
  /// Calls answered with a body past its time, while it is computed anew.
  public var staleHits = 0
  /// Calls whose body had to be computed, here or elsewhere.
  public var misses = 0
  /// Of the misses, those under whose key a body stood that was outdated: by an invalidation, or by its format.
  public var outdated = 0
  /// Of the misses, those under whose key another service's value stood that could not be used.
  public var ignored = 0
  /// Of the misses, those that another request of this instance was computing already.
  public var coalesced = 0
  /// Bodies that another instance computed while this one waited.
  public var awaited = 0
  /// Bodies that this instance has asked the database for.
  public var computations = 0
  /// Computations begun before a body's end.
  public var refreshes = 0
  /// Computations that failed.
  public var errors = 0
  /// Of bodies handed over to be stored.
  public var bytesStored = 0

  public init() {}
}

/// Counts by root field.
final class FieldTally: Sendable {
  private let counts: Mutex<[FieldStatistics]>

  init(fieldCount: Int) {
    counts = Mutex(Array(repeating: FieldStatistics(), count: fieldCount))
  }

  func update(_ root: Int, _ change: (inout FieldStatistics) -> Void) {
    counts.withLock { change(&$0[root]) }
  }

  /// One lock for all calls of a request.
  func countMemoryHits(_ roots: some Sequence<Int>) {
    counts.withLock { counts in for root in roots { counts[root].memoryHits += 1 } }
  }

  func count(_ root: Int, _ origin: FieldOrigin.Source, _ miss: RootFetcher.CachedBodies.Miss?) {
    update(root) { counts in
      switch origin {
      case .memory: counts.memoryHits += 1
      case .redis: counts.redisHits += 1
      case .stale: counts.staleHits += 1
      case .flight:
        counts.misses += 1
        counts.coalesced += 1
      default: counts.misses += 1
      }
      switch miss {
      case .outdated: counts.outdated += 1
      case .ignored: counts.ignored += 1
      default: break
      }
    }
  }

  var snapshot: [FieldStatistics] { counts.withLock { $0 } }
}
