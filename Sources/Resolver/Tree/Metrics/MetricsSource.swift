/// From which tables `metrics` reads a window: chosen here as far as the arguments tell, for the rest by a condition that
/// the statement itself decides, so that one round trip is enough.
struct MetricsSource {
  /// Tiles of these levels, read when the condition holds. Without levels all is read from `traces`.
  struct Alternative {
    let levels: [RollupLevel]
    /// Over the one row of `settings`; nil when there is no choice.
    let condition: String?

    var isScan: Bool { levels.isEmpty }
    /// Whether nothing of what outlives traces and minutes is read.
    var isFine: Bool { levels.allSatisfy { $0.seconds < 3600 } }
  }

  let alternatives: [Alternative]
  /// The same for the order of the groups, which takes no series and no histograms.
  let rankAlternatives: [Alternative]

  /// Over the one row of `settings`: whether an alternative of that kind is taken.
  func condition(where isOfKind: (Alternative) -> Bool) -> String {
    let conditions = alternatives.filter(isOfKind).map { "(\($0.condition ?? "true"))" }
    return conditions.isEmpty ? "false" : conditions.joined(separator: " OR ")
  }

  init(_ request: MetricsRequest, dimensions: [MetricDimension]) {
    let isKnown = request.filter.isKnownToRollups && dimensions.allSatisfy(\.isKnownToRollups)
    guard isKnown else {
      alternatives = [Alternative(levels: [], condition: nil)]
      rankAlternatives = alternatives
      return
    }
    let levels = RollupLevel.telling(dimensions + request.filter.dimensions)
    let isHistogram = request.measures.contains { $0.isHistogram }
    let choices = Self.byZone(request, isHistogram ? levels.withHistograms : levels)
    alternatives = Self.heedingOverflow(choices, request.filter)
    // From the same kind of source, which may know groups that the other does not; but from buckets of any length.
    rankAlternatives = alternatives.map { $0.isScan ? $0 : Alternative(levels: levels, condition: $0.condition) }
  }

  /// What rollups do not tell apart any more is read from the traces.
  private static func heedingOverflow(_ choices: [Alternative], _ filter: TraceFilter) -> [Alternative] {
    guard filter.needsAllDimensions else { return choices }
    let untouched = choices.map {
      Alternative(
        levels: $0.levels,
        condition: ["NOT overflow", $0.condition].compactMap(\.self).joined(separator: " AND ")
      )
    }
    return untouched + [Alternative(levels: [], condition: "overflow")]
  }

  /// A level can be used when none of its buckets lies across a bound of the series.
  private static func byZone(_ request: MetricsRequest, _ levels: [RollupLevel]) -> [Alternative] {
    guard let interval = request.interval else { return [Alternative(levels: levels, condition: nil)] }
    if request.timeZone == "UTC" || interval == .minute {
      return [Alternative(levels: levels.filter { $0.seconds <= interval.seconds }, condition: nil)]
    }
    return [
      Alternative(levels: levels.filter { $0.seconds <= 3600 }, condition: "on_the_hour"),
      Alternative(levels: levels.filter { $0.seconds <= 60 }, condition: "NOT on_the_hour"),
    ]
  }
}

extension TraceFilter {
  /// Whether the filter tells agents, models or providers apart, which rollups do only as long as a workspace has no more of
  /// them than fit.
  var needsAllDimensions: Bool { dimensions.contains { $0 != .status } }

  /// What is told apart of what rollups know.
  var dimensions: [MetricDimension] { fields.compactMap(\.dimension) }

  /// Whether a workspace has more combinations than fit into its rollups.
  static let overflow = "EXISTS (SELECT FROM trace_dimension_overflows WHERE workspace_id = $1::uuid)"
}
