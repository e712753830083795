import Database

/// The statements of `Query.metrics`: the bounds of the series, and the figures.
///
/// Sums are made by tile, then by group and bucket, then the groups are ranked and those beyond the top become one; only
/// then figures are computed. Each row of the answer begins with what the statement has decided (``Column``).
struct MetricsStatement {
  /// The first columns; the keys of the group, figures and histograms follow.
  enum Column {
    /// Traces that a scan would read, when one would be needed; else NULL.
    static let scanned = 0
    /// Whether traces were, or would be, read instead of rollups.
    static let isScan = 1
    static let isTimeZone = 2
    /// From 1 for the first group; one beyond the top for all others; NULL for totals.
    static let place = 3
    /// From 0; NULL for the whole window.
    static let bucket = 4
    static let keys = 5
  }

  private let request: MetricsRequest
  private let dimensions: [MetricDimension]
  private let source: MetricsSource
  private let scanLimit: Int64
  private var parameters = SQLParameters()
  private var from = ""
  private var to = ""

  private init(_ request: MetricsRequest, dimensions: [MetricDimension], scanLimit: Int64, workspace: SQLParameter) {
    self.request = request
    self.dimensions = dimensions
    self.scanLimit = scanLimit
    source = MetricsSource(request, dimensions: dimensions)
    _ = parameters.append(workspace)
    from = parameters.append(request.window.from.parameter) + "::timestamptz"
    to = parameters.append(request.window.to.parameter) + "::timestamptz"
  }

  /// The figures, by group when there are dimensions.
  static func figures(
    _ request: MetricsRequest,
    dimensions: [MetricDimension],
    scanLimit: Int64,
    workspace: SQLParameter
  ) -> SQLQuery {
    var statement = MetricsStatement(request, dimensions: dimensions, scanLimit: scanLimit, workspace: workspace)
    let text = statement.figures()
    return SQLQuery(SQLStatement(family: "metrics", text), statement.parameters.values)
  }

  /// The instants between the buckets of the series, in microseconds.
  static func bounds(_ request: MetricsRequest, _ interval: MetricInterval, workspace: SQLParameter) -> SQLQuery {
    var statement = MetricsStatement(request, dimensions: [], scanLimit: 0, workspace: workspace)
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
    let settings = settings()
    let tiles = tiles()
    let keys = dimensions.indices.map { "k\($0)" }
    let cells = (request.interval == nil ? [] : ["bucket"]) + keys
    let sums = request.measures.map { "COALESCE(sum(\($0.rawValue)), 0) AS \($0.rawValue)" }.joined(separator: ", ")
    let cellColumns = (cells + [sums]).joined(separator: ", ")
    let groupBy = cells.isEmpty ? "" : " GROUP BY " + cells.joined(separator: ", ")
    return """
      WITH \(settings), tile AS (
      \(tiles)
      ), cell AS MATERIALIZED (SELECT \(cellColumns) FROM tile\(groupBy)),
      \(shown(keys: keys, sums: sums)),
      total AS (\(totals(keys: keys, sums: sums)))
      SELECT settings.scanned, \(source.scanCondition) AS is_scan, settings.is_known, total.place, total.bucket,
        \((keys.map { "total.\($0)" } + values()).joined(separator: ", "))
      FROM settings, total ORDER BY total.place NULLS FIRST, total.bucket NULLS FIRST
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
        SELECT zone.is_known, series.bounds, \(source.mayScan ? scanned() : "NULL::bigint") AS scanned,
          \(TraceFilter.overflow) AS overflow,
          NOT EXISTS (SELECT FROM unnest(series.bounds) AS at WHERE extract(epoch FROM at)::bigint % 3600 <> 0) AS on_the_hour
        FROM zone, series WHERE \(from) < \(to)
      )
      """
  }

  /// How many traces the window holds, by the rollups.
  private mutating func scanned() -> String {
    let first = parameters.next
    let sums = TiledSums(measures: [.requests], levels: RollupLevel.totals, isOfKeptTraces: true)
    for bound in WindowTiling(request.window, levels: sums.levels).bounds { _ = parameters.append(bound.parameter) }
    return "(SELECT COALESCE(sum(requests), 0)::bigint FROM (\(sums.select(part: 0, firstBound: first))) AS counted)"
  }

  private mutating func tiles() -> String {
    let window = (from: from, to: to)
    var conditions = TiledSums.Conditions(traces: request.filter.overTraces(window: window, &parameters))
    // A parameter that nothing uses has no type.
    if source.alternatives.contains(where: { !$0.levels.isEmpty }) {
      conditions.rollups = request.filter.overRollups(&parameters)
    }
    var keys = dimensions.enumerated().map { $1.key(named: "k\($0)") }
    if request.interval != nil {
      let bounds = "(SELECT bounds FROM settings)"
      keys.insert(
        TiledSums.Key(
          name: "bucket",
          traces: "width_bucket(\"timestamp\", \(bounds))",
          rollup: { "width_bucket(\($0.column), \(bounds))" }
        ),
        at: 0
      )
    }
    var selects: [String] = []
    for alternative in source.alternatives {
      var guards = alternative.condition.map { [$0] } ?? []
      if alternative.levels.isEmpty { guards.append("scanned <= \(parameters.append(.int(scanLimit)))::bigint") }
      let sums = TiledSums(
        measures: request.measures,
        keys: keys,
        conditions: conditions,
        levels: alternative.levels,
        join: dimensions.map(\.join).joined(),
        condition: guards.isEmpty ? nil : "(SELECT \(guards.joined(separator: " AND ")) FROM settings)"
      )
      let first = parameters.next
      for bound in WindowTiling(request.window, levels: alternative.levels).bounds {
        _ = parameters.append(bound.parameter)
      }
      selects.append(sums.select(part: 0, firstBound: first))
    }
    return selects.joined(separator: "\nUNION ALL ")
  }

  /// `shown`: the cells with the place of their group.
  private mutating func shown(keys: [String], sums: String) -> String {
    guard !keys.isEmpty else { return "shown AS (SELECT NULL::bigint AS place, cell.* FROM cell)" }
    let list = keys.joined(separator: ", ")
    let top = parameters.append(.int(request.top)) + "::bigint"
    let rank = request.rank.definition?.valueIfAny("sums") ?? "sums.requests"
    return """
      ranked AS MATERIALIZED (
        SELECT \(list), row_number() OVER (ORDER BY \(rank) DESC NULLS LAST, \(list)) AS place
        FROM (SELECT \(list), \(sums) FROM cell GROUP BY \(list)) AS sums
      ),
      shown AS (SELECT LEAST(ranked.place, \(top) + 1) AS place, cell.* FROM cell JOIN ranked USING (\(list)))
      """
  }

  private func totals(keys: [String], sums: String) -> String {
    let hasSeries = request.interval != nil
    var sets = ["()"]
    if hasSeries { sets.append("(bucket)") }
    if !keys.isEmpty { sets.append("(place)") }
    if !keys.isEmpty, hasSeries { sets.append("(place, bucket)") }
    let place = keys.isEmpty ? "NULL::bigint AS place" : "place"
    let bucket = hasSeries ? "bucket" : "NULL::integer AS bucket"
    let names = keys.map { "min(\($0)) AS \($0)" }
    return "SELECT \(([place, bucket] + names + [sums]).joined(separator: ", ")) FROM shown "
      + "GROUP BY GROUPING SETS (\(sets.joined(separator: ", ")))"
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
