/// One granularity of rollups: a table of additive sums by bucket.
struct RollupLevel: Sendable, Hashable {
  let table: String
  /// The column that holds the bucket's start.
  let column: String
  /// Length of a bucket. Buckets start at its multiples since the epoch, in UTC.
  let seconds: Int64
  /// Whether percentiles can be read from it.
  var hasHistograms: Bool { seconds > 60 }

  private static func minutes(_ table: String) -> RollupLevel {
    RollupLevel(table: table, column: "minute", seconds: 60)
  }
  private static func hours(_ table: String) -> RollupLevel {
    RollupLevel(table: table, column: "hour", seconds: 3600)
  }
  private static func days(_ table: String) -> RollupLevel {
    RollupLevel(table: table, column: "day", seconds: 86_400)
  }

  /// By status. Finest first, as the others; each length is a multiple of the one before.
  static let totals = [
    minutes("traces_minutely_totals"), hours("traces_hourly_totals"), days("traces_daily_totals"),
  ]
  /// By model, provider and status; the minutes by agent as well.
  static let models = [minutes("traces_minutely"), hours("traces_hourly_models"), days("traces_daily_models")]
  /// By agent, model, provider and status.
  static let full = [minutes("traces_minutely"), hours("traces_hourly"), days("traces_daily")]

  /// The smallest tables that tell all of the dimensions apart.
  /// - Precondition: rollups know the dimensions.
  static func telling(_ dimensions: some Sequence<MetricDimension>) -> [RollupLevel] {
    let dimensions = Set(dimensions)
    if dimensions.isSubset(of: [.status]) { return totals }
    return dimensions.contains(.agent) ? full : models
  }
}

extension [RollupLevel] {
  /// Those that have histograms.
  var withHistograms: [RollupLevel] { filter(\.hasHistograms) }
}
