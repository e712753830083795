/// What the plan cache has done since the start, and what it holds.
public struct PlanStatistics: Sendable, Hashable {
  /// Requests whose document was compiled already.
  public var hits = 0
  /// Requests whose document was not.
  public var misses = 0
  /// Documents that were parsed and validated; fewer than misses when requests waited for each other.
  public var compilations = 0
  /// Plans that were made: one for each operation and choice of its shape variables.
  public var plannings = 0
  /// Documents thrown out to make room.
  public var evictions = 0
  /// Documents in the cache.
  public var documents = 0
  /// What those occupy, with their plans.
  public var bytes = 0

  public init() {}

  /// Hits among all requests; nil before the first.
  public var hitRatio: Double? {
    hits + misses == 0 ? nil : Double(hits) / Double(hits + misses)
  }
}
