import Database
import Ingest
import TestSupport
import Testing

/// What is there already gets its minutes and histograms, also when somebody is killed on the way.
@Suite(.enabled(if: TestServers.postgresURL != nil, TelemetryDatabase.absence), .inTurn)
struct RollupMigrationTests {
  @Test func aKilledMigrationIsCompletedByTheNextRun() async throws {
    try await TelemetryDatabase.with(Array(Migration.telemetry.prefix(3))) { database in
      try await Self.fill(database)
      let migrator = Migrator(logger: TelemetryDatabase.silent)
      try await Self.killing(whoWaitsFor: "traces_daily", database) {
        _ = try await migrator.migrate(database.pool, Migration.telemetry)
      }
      #expect(try await database.column("SELECT to_regclass('traces_minutely') IS NULL") == ["t"])
      let report = try await migrator.migrate(database.pool, Migration.telemetry)
      #expect(report.applied.first == "telemetry 4 (rollups)")
      #expect(try await database.rollupDifferences() == [])
      #expect(try await database.histogramDifferences("traces_daily", bucket: "day") == [])
      #expect(try await database.differencesByFunction() == ["0"])
    }
  }

  @Test func aKilledRebuildIsCompletedByTheNextRun() async throws {
    try await TelemetryDatabase.with(Array(Migration.telemetry.prefix(3))) { database in
      try await Self.fill(database)
      _ = try await Migrator(logger: TelemetryDatabase.silent).migrate(database.pool, Migration.telemetry)
      _ = try await database.column("UPDATE traces_daily SET request_count = 7")
      let rebuild = RollupRebuild(pool: database.pool)
      try await Self.killing(whoWaitsFor: "traces_daily", database) { _ = try await rebuild.run(repairing: true) }
      // What was begun is undone, and what is done stays.
      #expect(try await rebuild.run(repairing: false).differing > 0)
      _ = try await rebuild.run(repairing: true)
      #expect(try await database.rollupDifferences() == [])
    }
  }

  /// A writer in the middle of its transaction when a rebuild comes: the rebuild waits, and every trace is counted once.
  @Test func aRebuildBesideAWriterCountsNothingTwice() async throws {
    try await TelemetryDatabase.with { database in
      let workspace = UUIDBytes(high: 0xAAAA_AAAA_0000_4000, low: 0x8000_0000_0000_0003)
      let configuration = try DemoConfiguration(traces: 600, days: 1, workspaces: [workspace])
      let traces = DemoData(configuration).days.flatMap(\.traces).shuffled()
      let writer = TraceWriter(pool: database.pool)
      _ = try await writer.write(Array(traces.prefix(300)), workspace: workspace)
      let tasks = try await database.pool.withConnection { blocker in
        _ = try await blocker.execute("BEGIN; LOCK TABLE traces_daily IN SHARE MODE")
        let write = Task { _ = try await writer.write(Array(traces.dropFirst(300)), workspace: workspace) }
        try await Self.waitForWaiters(1, database)
        let rebuild = Task {
          for day in try await database.column("SELECT DISTINCT day::text FROM traces_daily ORDER BY 1") {
            _ = try await database.column(
              "SELECT rebuild_trace_rollups('\(workspace)', '\(day)', '\(day)'::timestamptz + interval '24 hours')"
            )
          }
        }
        try await Self.waitForWaiters(2, database)
        _ = try await blocker.execute("ROLLBACK")
        return [write, rebuild]
      }
      for task in tasks { try await task.value }
      #expect(try await database.count(of: "traces") == 600)
      #expect(try await database.rollupDifferences() == [])
      #expect(try await database.histogramDifferences("traces_hourly", bucket: "hour") == [])
    }
  }

  private static func waitForWaiters(_ count: Int, _ database: TelemetryDatabase) async throws {
    let waiting = """
      SELECT count(DISTINCT pid) >= \(count) FROM pg_locks WHERE NOT granted AND pid IN (
        SELECT pid FROM pg_stat_activity WHERE datname = current_database())
      """
    while try await database.column(waiting) != ["t"] { try await Task.sleep(for: .milliseconds(20)) }
  }

  // MARK: Pieces

  /// Traces and the rollups of that time, by SQL.
  private static func fill(_ database: TelemetryDatabase) async throws {
    _ = try await database.column(
      """
      SELECT ensure_trace_partitions('2026-03-10', '2026-03-14');
      INSERT INTO traces (workspace_id, trace_id, agent_id, "timestamp", latency_ms, status, model, cost_usd)
      SELECT '11111111-1111-4111-8111-111111111111', 't' || n, 'agent-' || n % 3,
        timestamptz '2026-03-10Z' + n * interval '7 minutes', n * 37 % 9000, CASE n % 4 WHEN 0 THEN 'error' ELSE 'success' END,
        CASE n % 5 WHEN 0 THEN NULL ELSE 'm' END, CASE n % 6 WHEN 0 THEN NULL ELSE n * 0.000123 END
      FROM generate_series(1, 600) AS n
      """
    )
    for (table, unit) in [("traces_hourly", "hour"), ("traces_daily", "day")] {
      _ = try await database.column(
        """
        INSERT INTO \(table) (workspace_id, \(unit), agent_id, model, status, request_count, error_count, latency_ms_sum,
          total_cost_usd)
        SELECT workspace_id, date_trunc('\(unit)', "timestamp", 'UTC'), agent_id, COALESCE(model, ''), status, count(*),
          count(*) FILTER (WHERE status <> 'success'), sum(latency_ms), COALESCE(sum(cost_usd), 0)
        FROM traces GROUP BY 1, 2, 3, 4, 5
        """
      )
    }
  }

  /// Runs `body` against a held lock and ends its connection while it waits.
  private static func killing(
    whoWaitsFor table: String,
    _ database: TelemetryDatabase,
    _ body: @escaping @Sendable () async throws -> Void
  ) async throws {
    try await database.pool.withConnection { blocker in
      _ = try await blocker.execute("BEGIN; LOCK TABLE \(table) IN ROW EXCLUSIVE MODE")
      let victim = Task { try await body() }
      let waiting =
        "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE NOT granted AND relation = '\(table)'::regclass"
      while try await database.column(waiting) != ["1"] { try await Task.sleep(for: .milliseconds(20)) }
      await #expect(throws: DatabaseError.self) { try await victim.value }
      _ = try await blocker.execute("ROLLBACK")
    }
  }
}
