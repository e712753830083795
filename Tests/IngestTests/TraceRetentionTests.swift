import Database
import TestSupport
import Testing

@testable import Ingest

/// Old traces go by whole days, and what was counted stays counted, once.
@Suite(.enabled(if: TestServers.postgresURL != nil, TelemetryDatabase.absence), .inTurn)
struct TraceRetentionTests {
  private static let workspace = UUIDBytes(high: 0xAAAA_AAAA_0000_4000, low: 0x8000_0000_0000_0004)
  private static let horizon = "2026-11-08T00:00:00Z"

  private static var now: TraceTimestamp {
    get throws { try #require(TraceTimestamp("2026-11-10T13:45:00Z")) }
  }

  /// Demo traces of six days up to `now`.
  private static func traces() throws -> [TraceInput] {
    let configuration = try DemoConfiguration(traces: 900, days: 6, seed: 8, end: now, workspaces: [workspace])
    return DemoData(configuration).days.flatMap(\.traces)
  }

  private static func filled(_ body: (TelemetryDatabase, [TraceInput]) async throws -> Void) async throws {
    try await TelemetryDatabase.with { database in
      let traces = try traces()
      _ = try await TraceWriter(pool: database.pool).write(traces, workspace: workspace)
      try await body(database, traces)
    }
  }

  /// How many rows lie before the horizon: traces, locators, texts, spans, minutes.
  private static func old(_ database: TelemetryDatabase) async throws -> [String] {
    try await database.column(
      ["traces", "trace_locator", "trace_io", "spans"].map {
        "SELECT count(*) FROM \($0) WHERE \"timestamp\" < '\(horizon)'"
      }.joined(separator: " UNION ALL ")
        + ["traces_minutely", "traces_minutely_totals"].map {
          " UNION ALL SELECT count(*) FROM \($0) WHERE minute < '\(horizon)'"
        }.joined()
    )
  }

  private static func hoursAndDays(_ database: TelemetryDatabase) async throws -> [String] {
    try await database.fingerprint().filter { $0.hasPrefix("traces_hourly") || $0.hasPrefix("traces_daily") }
  }

  @Test func wholeDaysGoAndHoursAndDaysStay() async throws {
    try await Self.filled { database, traces in
      let kept = traces.count { $0.timestamp.description >= Self.horizon }
      let figures = try await Self.hoursAndDays(database)
      let retention = TraceRetention(pool: database.pool)
      let report = try await retention.run(keeping: 2, now: Self.now)
      #expect(report.horizon.description == Self.horizon)
      #expect(report.days == 4)
      #expect(report.traces == Int64(traces.count - kept) && kept > 0)
      #expect(report.workspaces == [Self.workspace])
      #expect(try await Self.old(database) == ["0", "0", "0", "0", "0", "0"])
      #expect(try await database.count(of: "traces") == kept)
      #expect(try await database.count(of: "trace_locator") == kept)
      #expect(try await Self.hoursAndDays(database) == figures)
      let again = try await retention.run(keeping: 2, now: Self.now)
      #expect(again.days == 0 && again.traces == 0)
      let newest = try await database.column("SELECT count(*) FROM latest_traces('\(Self.workspace)', 10000)")
      #expect(newest == ["\(kept)"])
    }
  }

  @Test func theHorizonNeverMovesBack() async throws {
    try await Self.filled { database, _ in
      let retention = TraceRetention(pool: database.pool)
      _ = try await retention.run(keeping: 2, now: Self.now)
      #expect(try await retention.run(keeping: 4, now: Self.now).horizon.description == Self.horizon)
    }
  }

  /// Its locator is gone, so nobody could know that it has been counted.
  @Test func aTraceThatIsSentAgainTooLateIsRefused() async throws {
    try await Self.filled { database, traces in
      _ = try await TraceRetention(pool: database.pool).run(keeping: 2, now: Self.now)
      let before = try await database.fingerprint()
      let report = try await TraceWriter(pool: database.pool).write(traces, workspace: Self.workspace)
      #expect(report.inserted == [])
      #expect(Set(report.rejected.map(\.reason)) == ["its timestamp lies before the traces that are kept"])
      #expect(report.rejected.map(\.index) == traces.indices.filter { traces[$0].timestamp.description < Self.horizon })
      #expect(try await database.fingerprint() == before)
    }
  }

  /// `rebuild-rollups` would otherwise find that the traces of these days say nothing.
  @Test func aRebuildLeavesAloneWhatIsNoLongerKept() async throws {
    try await Self.filled { database, _ in
      _ = try await TraceRetention(pool: database.pool).run(keeping: 2, now: Self.now)
      let figures = try await Self.hoursAndDays(database)
      let report = try await RollupRebuild(pool: database.pool).run(repairing: true)
      #expect(report.days == 3 && report.differing == 0)
      let refused = try await database.column(
        "SELECT rebuild_kept_trace_rollups('\(Self.workspace)', '2026-11-07Z', '2026-11-08Z')"
      )
      #expect(refused == ["f"])
      #expect(try await Self.hoursAndDays(database) == figures)
    }
  }

  /// Ended while it drops the spans of a day: the day is whole, and the next run takes it up.
  @Test func aKilledRunIsCompletedByTheNext() async throws {
    try await Self.filled { database, _ in
      let before = try await database.fingerprint()
      let retention = TraceRetention(pool: database.pool)
      try await database.pool.withConnection { blocker in
        _ = try await blocker.execute("BEGIN; SELECT count(*) FROM spans")
        let now = try Self.now
        let victim = Task { try await retention.run(keeping: 2, now: now) }
        try await Self.waitForWaiter("pg_terminate_backend(pid)", database)
        await #expect(throws: DatabaseError.self) { try await victim.value }
        _ = try await blocker.execute("ROLLBACK")
      }
      #expect(try await database.fingerprint() == before)
      _ = try await retention.run(keeping: 2, now: Self.now)
      #expect(try await Self.old(database) == ["0", "0", "0", "0", "0", "0"])
    }
  }

  /// A writer that has claimed its ids before the horizon moved is waited for, and what it has written goes, too.
  @Test func aWriterUnderWayIsWaitedFor() async throws {
    try await Self.filled { database, traces in
      try await database.pool.withConnection { writer in
        _ = try await writer.execute(
          """
          BEGIN;
          INSERT INTO trace_locator VALUES ('\(Self.workspace)', 'late', '2026-11-06T12:00Z');
          INSERT INTO traces (workspace_id, trace_id, agent_id, "timestamp", latency_ms, status)
            VALUES ('\(Self.workspace)', 'late', 'a', '2026-11-06T12:00Z', 1, 'success')
          """
        )
        let now = try Self.now
        let retention = Task { try await TraceRetention(pool: database.pool).run(keeping: 2, now: now) }
        try await Self.waitForWaiter("pid", database)
        _ = try await writer.execute("COMMIT")
        _ = try await retention.value
      }
      #expect(try await Self.old(database) == ["0", "0", "0", "0", "0", "0"])
    }
  }

  private static func waitForWaiter(_ act: String, _ database: TelemetryDatabase) async throws {
    try await Patience.wait(for: "somebody who waits for a lock") {
      try await database.column(
        """
        SELECT count(\(act)) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()
        """
      ) == ["1"] ? () : nil
    }
  }
}
