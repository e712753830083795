import Database

/// The statements of `Query.metrics`: the bounds of the series, and the figures.
///
/// Groups are ranked first, by the one sum that takes. Then the window is read for what is asked, by bucket and by place: those
/// beyond the top are one from the beginning, so there are never more sums, and above all histograms, than the answer shows. Only
/// then figures are computed. Each row of the answer begins with what the statement has decided (``Column``).
struct MetricsStatement {
  /// The first columns; the keys of the group, figures and histograms follow.
  enum Column {
    /// How many rows are, or would be, read: of `traces` when all of them are, else of rollups. There are no figures when they
    /// are too many.
    static let read = 0
    /// Whether traces are, or would be, read instead of rollups.
    static let isScan = 1
    static let isTimeZone = 2
    /// As ``SQLText/keptFrom``.
    static let keptFrom = 3
    /// Whether figures are made of traces or minutes everywhere, not only at the window's edges.
    static let isFine = 4
    /// From 1 for the first group; one beyond the top for all others; NULL for totals.
    static let place = 5
    /// From 0; NULL for the whole window.
    static let bucket = 6
    static let keys = 7
  }

  /// How many rows may be read, and how many are tried at once.
  struct Limits {
    let traces: Int64
    let rollups: Int64
    let trialOfTraces: Int64
    let trialOfRollups: Int64

    init(_ request: MetricsRequest, _ budget: Duration) {
      let trial = ScanPrice.trial(of: budget)
      traces = request.scanPrice.maximumRows(budget)
      rollups = request.rollupPrice.maximumRows(budget)
      trialOfTraces = request.scanPrice.maximumRows(trial)
      trialOfRollups = request.rollupPrice.maximumRows(trial)
    }
  }

  private let request: MetricsRequest
  private let dimensions: [MetricDimension]
  private let source: MetricsSource
  private let limits: Limits
  private var parameters = SQLParameters()
  private var from = ""
  private var to = ""
  /// The first parameter of the bounds of tiles, by the lengths of the levels.
  private var firstBounds: [[Int64]: Int] = [:]

  private init(_ request: MetricsRequest, dimensions: [MetricDimension], limits: Limits, workspace: SQLParameter) {
    self.request = request
    self.dimensions = dimensions
    self.limits = limits
    source = MetricsSource(request, dimensions: dimensions)
    _ = parameters.append(workspace)
    from = parameters.append(request.window.from.parameter) + "::timestamptz"
    to = parameters.append(request.window.to.parameter) + "::timestamptz"
  }

  /// The figures, by group when there are dimensions.
  static func figures(
    _ request: MetricsRequest,
    dimensions: [MetricDimension],
    limits: Limits,
    workspace: SQLParameter
  ) -> SQLQuery {
    var statement = MetricsStatement(request, dimensions: dimensions, limits: limits, workspace: workspace)
    let text = statement.figures()
    let parameters = statement.parameters
    let limits = statement.limitsOfSource
    let trial = parameters.trial(maximum: limits.trial, bound: limits.bound)
    return SQLQuery(SQLStatement(family: "metrics", text), parameters.values, trial: trial)
  }

  /// The instants between the buckets of the series, in microseconds.
  static func bounds(_ request: MetricsRequest, _ interval: MetricInterval, workspace: SQLParameter) -> SQLQuery {
    let limits = Limits(request, .zero)
    var statement = MetricsStatement(request, dimensions: [], limits: limits, workspace: workspace)
    let zone = statement.zone()
    let bounds = interval.bounds(from: statement.from, to: statement.to, zone: "zone.name")
    let text = """
      WITH zone AS MATERIALIZED (\(zone))
      SELECT \(SQLText.microseconds("bound.at")) FROM zone, LATERAL (\(bounds)) AS bound
      WHERE $1::uuid IS NOT NULL ORDER BY bound.at
      """
    return SQLQuery(SQLStatement(family: "metric_bounds", text), statement.parameters.values)
  }

  // MARK: Pieces

  private mutating func zone() -> String {
    guard request.timeZone != "UTC" else { return "SELECT true AS is_known, 'UTC' AS name" }
    let name = parameters.append(.text(request.timeZone)) + "::text"
    return """
      SELECT is_known, CASE WHEN is_known THEN \(name) ELSE 'UTC' END AS name \
      FROM (SELECT is_time_zone(\(name)) AS is_known) AS asked
      """
  }

  private mutating func figures() -> String {
    let keys = dimensions.indices.map { "k\($0)" }
    let settings = settings()
    let conditions = conditions()
    let estimate = estimate()
    let ranked = keys.isEmpty ? "" : ranked(keys: keys, conditions) + ",\n"
    let tiles = tiles(request.measures, of: source.alternatives, keys: seriesKey + groupKeys, conditions)
    let place =
      keys.isEmpty ? "NULL::bigint" : "COALESCE(ranked.place, \(parameters.append(.int(request.top)))::bigint + 1)"
    let join = keys.isEmpty ? "" : " LEFT JOIN ranked USING (\(keys.joined(separator: ", ")))"
    let bucket = request.interval == nil ? "NULL::integer" : "bucket"
    let joinKeys = keys.isEmpty ? "" : " LEFT JOIN ranked USING (place)"
    let columns = ["place", "total.bucket"] + keys.map { "ranked.\($0)" } + values()
    return """
      WITH \(settings),
      \(estimate),
      \(ranked)tile AS (
      \(tiles)
      ), cell AS MATERIALIZED (
        SELECT \(place) AS place, \(bucket) AS bucket, \(Self.sums(request.measures)) FROM tile\(join) GROUP BY 1, 2
      ),
      \(totals())
      SELECT estimate.read, estimate.is_scan, settings.is_known, \(SQLText.keptFrom), estimate.is_fine, \
      \(columns.joined(separator: ", "))
      FROM settings, estimate, total\(joinKeys) ORDER BY place NULLS FIRST, total.bucket NULLS FIRST
      """
  }

  /// The row `settings`: what the statement decides by.
  private mutating func settings() -> String {
    let bounds = request.interval.map { $0.bounds(from: from, to: to, zone: "zone.name") }
    let array = bounds.map { "ARRAY(SELECT at FROM (\($0)) AS bound ORDER BY at)" } ?? "ARRAY[]::timestamptz[]"
    return """
      zone AS MATERIALIZED (\(zone())),
      series AS MATERIALIZED (SELECT \(array) AS bounds FROM zone),
      settings AS MATERIALIZED (
        SELECT zone.is_known, series.bounds, \(TraceFilter.overflow) AS overflow,
          NOT EXISTS (SELECT FROM unnest(series.bounds) AS at WHERE extract(epoch FROM at)::bigint % 3600 <> 0) AS on_the_hour
        FROM zone, series WHERE \(from) < \(to)
      )
      """
  }

  /// The row `estimate`: what is read, and how much of it, before anything is.
  private mutating func estimate() -> String {
    let limit = parameters.append(bound: limits.rollups, trial: limits.trialOfRollups) + "::bigint"
    let scanLimit = parameters.append(bound: limits.traces, trial: limits.trialOfTraces) + "::bigint"
    var cases: [String] = []
    for alternative in source.alternatives {
      let condition = alternative.condition ?? "true"
      let sums =
        alternative.isScan
        ? TiledSums(measures: [.requests], levels: RollupLevel.totals, isOfKeptTraces: true)
        : TiledSums(measures: [], levels: alternative.levels)
      let first = firstBound(of: sums.levels)
      let count =
        alternative.isScan
        ? sums.sumOfRequests(firstBound: first)
        : sums.countRead(firstBound: first, limit: limit)
      cases.append("WHEN \(condition) THEN \(count)")
    }
    return """
      counted AS MATERIALIZED (
        SELECT \(source.condition(where: \.isScan)) AS is_scan, \(source.condition(where: \.isFine)) AS is_fine,
          CASE \(cases.joined(separator: "\n      ")) END AS read
        FROM settings
      ),
      estimate AS (SELECT *, read <= CASE WHEN is_scan THEN \(scanLimit) ELSE \(limit) END AS is_allowed FROM counted)
      """
  }

  /// How many rows a trial reads at least, and the statement at most, whichever the source is.
  private var limitsOfSource: (trial: Int64, bound: Int64) {
    let kinds = Set(source.alternatives.map(\.isScan))
    if kinds == [true] { return (limits.trialOfTraces, limits.traces) }
    if kinds == [false] { return (limits.trialOfRollups, limits.rollups) }
    return (min(limits.trialOfTraces, limits.trialOfRollups), max(limits.traces, limits.rollups))
  }

  private mutating func conditions() -> TiledSums.Conditions {
    var conditions = TiledSums.Conditions(traces: request.filter.overTraces(window: (from, to), &parameters))
    // A parameter that nothing uses has no type.
    if source.alternatives.contains(where: { !$0.isScan }) {
      conditions.rollups = request.filter.overRollups(&parameters)
    }
    return conditions
  }

  /// `ranked`: the groups that are shown, with their places. Their order asks for no bounds, so that the longest buckets do.
  private mutating func ranked(keys: [String], _ conditions: TiledSums.Conditions) -> String {
    let measures = request.rank.measures
    let list = keys.joined(separator: ", ")
    let rank = request.rank.definition?.valueIfAny("sums") ?? "sums.requests"
    let tiles = tiles(measures, of: source.rankAlternatives, keys: groupKeys, conditions)
    return """
      ranked AS MATERIALIZED (
        SELECT \(list), row_number() OVER (ORDER BY \(rank) DESC NULLS LAST, \(list)) AS place
        FROM (SELECT \(list), \(Self.sums(measures)) FROM (
      \(tiles)
      ) AS tile GROUP BY \(list)) AS sums
        ORDER BY place LIMIT \(parameters.append(.int(request.top)))::bigint
      )
      """
  }

  private var groupKeys: [TiledSums.Key] { dimensions.enumerated().map { $1.key(named: "k\($0)") } }

  /// The bucket of the series, if there is one.
  private var seriesKey: [TiledSums.Key] {
    guard request.interval != nil else { return [] }
    let bounds = "(SELECT bounds FROM settings)"
    return [
      TiledSums.Key(
        name: "bucket",
        traces: "width_bucket(\"timestamp\", \(bounds))",
        rollup: { "width_bucket(\($0.column), \(bounds))" }
      )
    ]
  }

  private mutating func tiles(
    _ measures: [Measure],
    of alternatives: [MetricsSource.Alternative],
    keys: [TiledSums.Key],
    _ conditions: TiledSums.Conditions
  ) -> String {
    var selects: [String] = []
    for alternative in alternatives {
      let guards = [alternative.condition, "is_allowed"].compactMap(\.self)
      let sums = TiledSums(
        measures: measures,
        keys: keys,
        conditions: conditions,
        levels: alternative.levels,
        join: dimensions.map(\.join).joined(),
        condition: "(SELECT \(guards.joined(separator: " AND ")) FROM settings, estimate)"
      )
      selects.append(sums.select(part: 0, firstBound: firstBound(of: alternative.levels)))
    }
    return selects.joined(separator: "\nUNION ALL ")
  }

  /// The number of the first of the parameters that are the bounds of tiles.
  private mutating func firstBound(of levels: [RollupLevel]) -> Int {
    let lengths = levels.map(\.seconds)
    if let first = firstBounds[lengths] { return first }
    let first = parameters.append(contentsOf: WindowTiling(request.window, levels: levels).bounds.map(\.parameter))
    firstBounds[lengths] = first
    return first
  }

  private static func sums(_ measures: [Measure]) -> String {
    measures.map { "COALESCE(sum(\($0.rawValue)), 0) AS \($0.rawValue)" }.joined(separator: ", ")
  }

  /// The cells, and what they add up to: for each group and for all, for each bucket and for the window. Sums are made of sums
  /// where there are any, since those of histograms are dear.
  private func totals() -> String {
    let isTable = request.interval != nil && !dimensions.isEmpty
    let names = request.measures.map(\.rawValue).joined(separator: ", ")
    let sums = Self.sums(request.measures)
    let nothing = (place: "NULL::bigint AS place", bucket: "NULL::integer AS bucket")
    let table = """

      UNION ALL SELECT * FROM by_place
      UNION ALL SELECT \(nothing.place), bucket, \(sums) FROM cell GROUP BY bucket
      """
    return """
      by_place AS (SELECT place, \(nothing.bucket), \(sums) FROM cell GROUP BY place),
      total AS (
        SELECT \(nothing.place), \(nothing.bucket), \(sums) FROM by_place\(isTable ? table : "")
        \(request.interval == nil && dimensions.isEmpty ? "" : "UNION ALL SELECT place, bucket, \(names) FROM cell")
      )
      """
  }

  /// A column for each figure that is no percentile, then one for each histogram.
  private func values() -> [String] {
    request.figures.compactMap { $0.definition?.valueIfAny("total") }
      + request.histograms.map { "total.\($0.rawValue)" }
  }
}

extension MetricsRequest {
  /// The histograms that percentiles are read from.
  var histograms: [Measure] {
    [.latencies, .costs].filter { histogram in figures.contains { $0.quantile?.histogram == histogram } }
  }
}
