import Resolver
import Testing

/// Random traces with everything that makes sums hard: nulls, zero costs, many digits, instants on the bounds of buckets and windows.
struct TraceSample: Sendable {
  struct Row: Sendable {
    var workspace: WorkspaceID
    var traceID: String
    var agentID: String
    var timestamp: Instant
    var latency: Int64
    var status: String
    var model: String?
    var provider: String?
    var tokens: Int64?
    var cost: String?
    var quality: String?
    var user: String?
    var session: String?
    var tags: [String] = []
    var input: String?
  }

  static let now = Instant(microseconds: 1_773_480_413_250_000)  // 2026-03-14T09:26:53.25Z
  static let first = workspace("11111111-1111-4111-8111-111111111111")
  static let second = workspace("22222222-2222-4222-8222-222222222222")
  static let empty = workspace("33333333-3333-4333-8333-333333333333")

  private(set) var rows: [Row] = []

  /// - Parameter count: traces of each of the two workspaces, over 65 days until a day after ``now``.
  init(seed: UInt64, count: Int) {
    var random = SplitMix64(seed: seed)
    for workspace in [Self.first, Self.second] {
      for number in 0..<count {
        rows.append(Self.row(workspace, "trace-\(number)", Self.instant(&random), &random))
      }
    }
    addBoundaries(&random)
  }

  /// Traces exactly on, and a microsecond before, the bounds of the windows and of the buckets they cut.
  private mutating func addBoundaries(_ random: inout SplitMix64) {
    let to = Instant(seconds: Self.now.seconds + 1)
    let lengths: [Int64] = [0, 3600, 7200, 86_400, 172_800, 604_800, 1_209_600, 2_592_000, 5_184_000]
    for (number, length) in lengths.enumerated() {
      let bound = to.microseconds - length * 1_000_000
      let hour = bound / 3_600_000_000 * 3_600_000_000
      for (place, base) in [bound, hour, hour + 3_600_000_000, bound / 86_400_000_000 * 86_400_000_000].enumerated() {
        for offset in [-1, 0, 1] as [Int64] {
          let id = "bound-\(number)-\(place)-\(offset)"
          rows.append(Self.row(Self.first, id, Instant(microseconds: base + offset), &random))
        }
      }
    }
  }

  private static func instant(_ random: inout SplitMix64) -> Instant {
    // Every fifth trace shares its instant with many others, so that the order within one matters.
    if Int.random(in: 0..<5, using: &random) == 0 {
      return now.adding(seconds: -5000 * Int64.random(in: 0..<8, using: &random))
    }
    // Half of the traces are recent, so that short windows are not empty.
    let span: Int64 = Bool.random(using: &random) ? 65 * 86_400 : 3 * 86_400
    let age = Int64.random(in: -86_400..<span, using: &random)
    let fraction = Bool.random(using: &random) ? 0 : Int64.random(in: 0..<1_000_000, using: &random)
    return Instant(microseconds: (now.seconds - age) * 1_000_000 + fraction)
  }

  private static func row(
    _ workspace: WorkspaceID,
    _ id: String,
    _ timestamp: Instant,
    _ random: inout SplitMix64
  ) -> Row {
    let model = ["gpt-x", "claude-y", nil].randomElement(using: &random) ?? nil
    return Row(
      workspace: workspace,
      traceID: id,
      agentID: "agent-\(Int.random(in: 0..<4, using: &random))",
      timestamp: timestamp,
      latency: Int64.random(in: 0..<60_000, using: &random),
      status: ["success", "success", "success", "error", "timeout"].randomElement(using: &random) ?? "success",
      model: model,
      provider: model.map { "of \($0)" },
      tokens: Bool.random(using: &random) ? nil : Int64.random(in: 0..<100_000, using: &random),
      cost: [
        "0", nil, "0.000001", "1.10", "0.\(Int.random(in: 1..<1_000_000_000, using: &random))",
        "12345678901234.000000001",
      ]
      .randomElement(using: &random) ?? nil,
      quality: [nil, "0", "100", "\(Int.random(in: 0..<10_000, using: &random))e-2"].randomElement(using: &random)
        ?? nil,
      user: [nil, "u1", "u2", "U2", "u%", "ü"].randomElement(using: &random) ?? nil,
      session: Bool.random(using: &random) ? nil : "s\(Int.random(in: 0..<20, using: &random))",
      tags: ["a\"b", "c\\d", "prod", "", "prod"].filter { _ in Bool.random(using: &random) },
      input: [nil, "hello world", "50% off_", "back\\slash"].randomElement(using: &random) ?? nil
    )
  }

  private static func workspace(_ text: String) -> WorkspaceID {
    WorkspaceID(text) ?? .none
  }

  // MARK: Writing

  /// Writes the traces, their locators, and rollups that are grouped from the rows by SQL of the tests' own.
  func write(to database: TreeDatabase) async throws {
    let days = Set(rows.map { "'\($0.timestamp.text.prefix(10))'" }).sorted().joined(separator: ",")
    try await database.execute("SELECT ensure_trace_partitions(ARRAY[\(days)]::date[])")
    for start in stride(from: 0, to: rows.count, by: 500) {
      let values = rows[start..<min(start + 500, rows.count)].map(Self.values).joined(separator: ",\n")
      try await database.execute(
        """
        INSERT INTO traces (workspace_id, trace_id, agent_id, "timestamp", latency_ms, status, model, model_provider,
          tokens_input, tokens_output, tokens_total, cost_usd, quality_score, tags, user_id, session_id) VALUES \(values)
        """
      )
    }
    let texts = rows.filter { $0.input != nil }.map { row in
      "('\(row.workspace)', '\(row.traceID)', '\(row.timestamp)', \(Self.quoted(row.input)), 'out')"
    }
    try await database.execute("INSERT INTO trace_io VALUES \(texts.joined(separator: ",\n"))")
    try await database.execute("INSERT INTO trace_locator SELECT workspace_id, trace_id, \"timestamp\" FROM traces")
    try await Self.rollUp(database)
    try await database.execute("ANALYZE")
  }

  static func rollUp(_ database: TreeDatabase) async throws {
    let models = ["model", "model_provider"]
    for (table, unit) in [("traces_minutely", "minute"), ("traces_hourly", "hour"), ("traces_daily", "day")] {
      try await rollUp(database, table: table, unit: unit)
      try await rollUp(database, table: table + "_totals", unit: unit, keys: [])
      if unit != "minute" { try await rollUp(database, table: table + "_models", unit: unit, keys: models) }
    }
  }

  /// - Parameter keys: what the table tells apart, besides the status.
  static func rollUp(
    _ database: TreeDatabase,
    table: String,
    unit: String,
    keys: [String] = ["agent_id", "model", "model_provider"]
  ) async throws {
    let key = (["workspace_id", unit] + keys + ["status"]).joined(separator: ", ")
    let values = keys.map { "COALESCE(\($0), '')," }.joined(separator: " ")
    try await database.execute(
      """
      DELETE FROM \(table);
      INSERT INTO \(table) (\(key), request_count, error_count,
        latency_ms_sum, total_cost_usd, quality_score_sum, quality_score_count, tokens_input_sum, tokens_output_sum,
        tokens_total_sum\(unit == "minute" ? "" : ", latency_histogram, cost_histogram"))
      SELECT workspace_id, date_trunc('\(unit)', "timestamp", 'UTC'), \(values)
        status, count(*), count(*) FILTER (WHERE status <> 'success'), sum(latency_ms), COALESCE(sum(cost_usd), 0),
        COALESCE(sum(quality_score), 0), count(quality_score), COALESCE(sum(tokens_input), 0),
        COALESCE(sum(tokens_output), 0), COALESCE(sum(tokens_total), 0)
        \(unit == "minute" ? "" : ", \(histogram("latency_ms")), \(histogram("ceil(cost_usd * 1e9)"))")
      FROM traces GROUP BY \((1...keys.count + 3).map(String.init).joined(separator: ", "))
      """
    )
  }

  /// Independent of the schema's functions but for their bounds.
  private static func histogram(_ value: String) -> String {
    "COALESCE(sum(histogram_unit(CASE WHEN \(value) > 1e15 THEN 1e15 ELSE \(value) END::bigint)), 0)"
  }

  private static func values(_ row: Row) -> String {
    let tokens = row.tokens.map(String.init) ?? "NULL"
    return """
      ('\(row.workspace)', '\(row.traceID)', '\(row.agentID)', '\(row.timestamp)', \(row.latency), '\(row.status)', \
      \(quoted(row.model)), \(quoted(row.provider)), \(tokens), \(tokens), \(tokens), \(row.cost ?? "NULL"), \
      \(row.quality ?? "NULL"), ARRAY[\(row.tags.map { quoted($0) }.joined(separator: ", "))]::text[], \
      \(quoted(row.user)), \(quoted(row.session)))
      """
  }

  private static func quoted(_ text: String?) -> String {
    text.map { "'\($0)'" } ?? "NULL"
  }
}
