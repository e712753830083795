import Database
import JSON
import Resolver
import Schema
import TestSupport
import Testing

@Suite(.serialized, .enabled(if: TreeDatabase.isAvailable, TreeDatabase.absence), .inTurn)
struct HomeKpisTests {
  private static let ranges = [
    "1h", "24h", "7d", "30d",
    "2026-03-13T22:10:00Z/2026-03-14T03:20:31Z",
    "2026-03-01T00:00:00Z/P7D",
    "2026-03-14T09:26:53.000001Z/2026-03-14T09:26:53.250002Z",
    "2026-03-14T08:59:59Z/2026-03-14T09:00:01Z",
    "2026-03-10T23:00:00Z/2026-03-12T01:00:00Z",
    "2026-02-10T07:31:17.5Z/P25DT13H1S",
    "2020-01-01T00:00:00Z/P1Y",
  ]

  @Test func everyFigureEqualsAScanOfTheRows() async throws {
    try await TreeDatabase.with { database in
      try await TraceSample(seed: 7, count: 1500).write(to: database)
      for workspace in [TraceSample.first, TraceSample.second, TraceSample.empty] {
        for range in Self.ranges { try await check(range, workspace, at: TraceSample.now, database) }
      }
      var random = SplitMix64(seed: 8)
      for _ in 0..<40 {
        let age = Int64.random(in: 0..<30 * 86_400_000_000, using: &random)
        let now = Instant(microseconds: TraceSample.now.microseconds - age)
        for range in ["1h", "24h", "7d"] { try await check(range, TraceSample.first, at: now, database) }
      }
    }
  }

  private func check(_ text: String, _ workspace: WorkspaceID, at now: Instant, _ database: TreeDatabase) async throws {
    let range = try TimeRange(parsing: text)
    let body = try await database.body(HomeKpisResolver(), .of(workspace, ["range": .string(text)], at: now))
    let window = range.window(at: now)
    let expected = try await scan(window, workspace, database)
    let names = ["total_requests", "avg_latency_ms", "error_rate", "total_cost_usd", "avg_quality_score"]
    #expect(body.keys == names + ["as_of", "window", "previous_window"])
    for (index, name) in names.enumerated() {
      let kpi = try #require(body[name])
      let place: Comment = "\(name) of \(workspace), \(text) at \(now)"
      #expect(kpi.keys == ["value", "change", "change_label", "trend"], place)
      #expect(kpi["value"]?.number == expected[2 * index], place)
      #expect(kpi["change"]?.number == expected[2 * index + 1], place)
      #expect(kpi["change_label"]?.string == range.changeLabel, place)
      #expect(kpi["trend"]?.string == (index == 1 || index == 2 ? "inverse" : "normal"), place)
    }
    #expect(body["as_of"]?.string == now.text)
    #expect(body["window"]?.json == "{\"from\":\"\(window.from)\",\"to\":\"\(window.to)\"}")
    #expect(body["previous_window"]?.json == "{\"from\":\"\(window.previous.from)\",\"to\":\"\(window.from)\"}")
  }

  /// Value and change of each figure from nothing but the raw rows.
  private func scan(_ window: TimeWindow, _ workspace: WorkspaceID, _ database: TreeDatabase) async throws -> [String?]
  {
    let figures = """
      count(*)::numeric, avg(latency_ms::numeric * 1.00000000000000000000), \
      avg(CASE status WHEN 'success' THEN 0 ELSE 100.00000000000000000000 END), sum(cost_usd), \
      avg(quality_score * 1.00000000000000000000)
      """
    func row(_ window: TimeWindow, _ alias: String) -> String {
      """
      (SELECT \(figures) FROM traces WHERE workspace_id = '\(workspace)'
        AND "timestamp" >= '\(window.from)' AND "timestamp" < '\(window.to)') AS \(alias) (a, b, c, d, e)
      """
    }
    let columns = ["a", "b", "c", "d", "e"].map { name in
      let value = "COALESCE(now.\(name), 0)"
      let before = "COALESCE(before.\(name), 0)"
      let rounded = name == "d" ? value : "round(\(value), 6)"
      return """
        trim_scale(\(rounded)), trim_scale(CASE WHEN \(before) <> 0 THEN round(100 * (\(value) - \(before)) / \(before), 1) \
        WHEN \(value) = 0 THEN 0 ELSE 100 END)
        """
    }
    let sql = "SELECT \(columns.joined(separator: ", ")) FROM \(row(window, "now")), \(row(window.previous, "before"))"
    return try #require(try await database.rows(sql).first)
  }

  @Test func readsNoMorePartitionsThanTheEdgesNeed() async throws {
    try await TreeDatabase.with { database in
      try await TraceSample(seed: 9, count: 50).write(to: database)
      try await database.execute(
        """
        INSERT INTO traces (workspace_id, trace_id, agent_id, "timestamp", latency_ms, status)
        SELECT '\(TraceSample.first)', 'edge', 'a', day::timestamptz, 1, 'success'
        FROM unnest(ARRAY['2026-01-13', '2026-02-12', '2026-03-14']) AS day
        """
      )
      let call = FieldCall.of(TraceSample.first, ["range": .string("30d")])
      let query = try #require(try HomeKpisResolver().queries(call).first)
      let explain = SQLStatement("explain", "EXPLAIN " + query.statement.text)
      let plan = try await database.results([SQLQuery(explain, query.parameters)])[0]
      let words = Set(
        (0..<plan.rowCount).compactMap { plan.string($0, 0) }.joined(separator: "\n").split(separator: " ")
      )
      // The edges of two adjoining windows lie on three days.
      let expected = ["20260113", "20260212", "20260314"].map { "traces_p\($0)" }
      #expect(try await database.partitions(in: words) == expected)
    }
  }

  /// Figures of a day and of the day before it, and the change between them.
  private static let changes = [
    ("0", "0", "0"),
    ("5", "0", "100"),
    ("0", "5", "-100"),
    ("2001", "2000", "0.1"),
    ("1999", "2000", "-0.1"),
    ("20001", "20000", "0"),
    ("3", "2", "50"),
    ("2", "3", "-33.3"),
    ("100000000000000000001", "1", "10000000000000000000000"),
  ]

  @Test func changesAreRoundedHalfAwayFromZero() async throws {
    try await TreeDatabase.with { database in
      let workspace = TraceSample.first
      for (now, before, change) in Self.changes {
        let days = [("2026-03-10", before), ("2026-03-11", now)].map {
          "('\(workspace)', '\($0.0)Z', 'success', 1, \($0.1))"
        }
        try await database.execute(
          """
          DELETE FROM traces_daily_totals;
          INSERT INTO traces_daily_totals (workspace_id, day, status, request_count, total_cost_usd)
          VALUES \(days.joined(separator: ", "))
          """
        )
        let call = FieldCall.of(workspace, ["range": .string("2026-03-11T00:00:00Z/P1D")])
        let kpi = try #require(try await database.body(HomeKpisResolver(), call)["total_cost_usd"])
        #expect(kpi["value"]?.number == now)
        #expect(kpi["change"]?.number == change, "\(before) to \(now)")
      }
    }
  }
}
