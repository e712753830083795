import Database

/// The statement of `Query.explainChange`: sums of both windows side by side (`now_…`, `before_…`), by group and of all, then
/// each group's part of the change. Parts are rounded before they are added up, so those that are shown add up to the change.
struct ExplainChangeStatement {
  /// Figures of all, then those of a group, its place, and from ``keys`` on its names.
  enum Column {
    static let value = 0
    static let previousValue = 1
    static let change = 2
    /// From 1; one beyond the top for all others; NULL when there is no group.
    static let place = 3
    static let groupValue = 4
    static let previousGroupValue = 5
    static let contribution = 6
    /// How many rows of rollups are, or would be, read; there are no figures when they are too many.
    static let read = 7
    /// As ``SQLText/keptFrom``.
    static let keptFrom = 8
    static let keys = 9
  }

  private static let sides = ["now", "before"]
  /// Contributions are rounded to so many decimals.
  private static let decimals = 12

  private let request: ExplainChangeRequest
  private let keys: [String]
  /// The columns of sums.
  private let columns: [String]

  static func query(_ request: ExplainChangeRequest, limit: Int64, workspace: SQLParameter) -> SQLQuery {
    let windows = [request.window, request.window.previous]
    let levels = RollupLevel.telling(request.dimensions)
    let bounds = windows.flatMap { WindowTiling($0, levels: levels).bounds.map(\.parameter) }
    let parameters = [workspace] + bounds + [.int(request.top), .int(limit)]
    let text = ExplainChangeStatement(request).text(
      top: "$\(parameters.count - 1)::bigint",
      limit: "$\(parameters.count)::bigint"
    )
    return SQLQuery(SQLStatement(family: "explain_change", text), parameters)
  }

  private init(_ request: ExplainChangeRequest) {
    self.request = request
    keys = request.dimensions.indices.map { "k\($0)" }
    columns = Self.sides.flatMap { side in request.definition.measures.map { "\(side)_\($0.rawValue)" } }
  }

  private func text(top: String, limit: String) -> String {
    let list = keys.joined(separator: ", ")
    var sums = TiledSums(
      measures: request.definition.measures,
      keys: request.dimensions.enumerated().map { $1.key(named: "k\($0)") },
      levels: RollupLevel.telling(request.dimensions)
    )
    let second = 2 + sums.boundCount
    let read = [2, second].map { sums.countRead(firstBound: $0, limit: limit) }.joined(separator: " + ")
    sums.condition = "(SELECT read <= \(limit) FROM settings)"
    return """
      WITH settings AS MATERIALIZED (SELECT \(read) AS read), tile AS (
      \(sums.select(part: 0, firstBound: 2))
      UNION ALL \(sums.select(part: 1, firstBound: second))
      ), cell AS (SELECT \(list), \(cellSums()) FROM tile GROUP BY \(list)),
      whole AS (SELECT \(columns.map { "COALESCE(sum(\($0)), 0) AS \($0)" }.joined(separator: ", ")) FROM cell),
      part AS (SELECT cell.*, round(\(change(of: "cell")), \(Self.decimals)) AS contribution FROM cell, whole),
      ranked AS (SELECT *, row_number() OVER (ORDER BY abs(contribution) DESC, \(list)) AS place FROM part),
      shown AS (
        SELECT LEAST(place, \(top) + 1) AS place, sum(contribution) AS contribution,
          \((keys.map { "min(\($0)) AS \($0)" } + columns.map { "sum(\($0)) AS \($0)" }).joined(separator: ", "))
        FROM ranked GROUP BY 1
      )
      SELECT \(figure(of: "whole", "now")), \(figure(of: "whole", "before")),
        trim_scale(COALESCE(sum(shown.contribution) OVER (), 0)), shown.place,
        \(figure(of: "shown", "now")), \(figure(of: "shown", "before")),
        trim_scale(shown.contribution), settings.read, \(SQLText.keptFrom), \(keys.map { "shown.\($0)" }.joined(separator: ", "))
      FROM settings CROSS JOIN whole LEFT JOIN shown ON true ORDER BY shown.place
      """
  }

  private func cellSums() -> String {
    Self.sides.enumerated().flatMap { part, side in
      request.definition.measures.map { measure in
        "COALESCE(sum(\(measure.rawValue)) FILTER (WHERE part = \(part)), 0) AS \(side)_\(measure.rawValue)"
      }
    }.joined(separator: ", ")
  }

  private func change(of group: String) -> String {
    let parts = Self.sides.map { request.definition.part(of: group, in: "whole", prefix: "\($0)_") }
    return parts.joined(separator: " - ")
  }

  private func figure(of group: String, _ side: String) -> String {
    request.definition.valueIfAny(group, prefix: "\(side)_")
  }
}
