import Foundation
import JSON
import Synchronization
import TestSupport
import Testing

@testable import Ingest

@Suite(.enabled(if: TestServers.postgresURL != nil, TelemetryDatabase.absence), .inTurn)
struct TraceLoaderTests {
  private static let workspace = UUIDBytes(high: 1, low: 2)

  private static func line(_ number: Int, _ more: String = "") -> String {
    #"{"trace_id":"t\#(number)","agent_id":"a\#(number % 7)","timestamp":"2026-03-\#(10 + number % 9)T09:26:53Z","#
      + #""latency_ms":\#(number % 1000),"status":"success","model":"gpt-5","tokens_input":100,"tokens_output":\#(number % 50)\#(more)}"#
  }

  private static func withFile<R>(_ text: String, _ body: (String) async throws -> R) async throws -> R {
    let path = NSTemporaryDirectory() + "tracegate-load-\(UInt64.random(in: .min ... .max))"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
  }

  private static func loader(_ database: TelemetryDatabase) -> TraceLoader {
    TraceLoader(writer: TraceWriter(pool: database.pool), workspace: workspace)
  }

  @Test func badLinesNeverSinkTheOthers() async throws {
    let lines = [
      Self.line(1), "", "{", Self.line(2), "   ", #"{"trace_id":"x"}"#, Self.line(3, #","input":"\u0000""#),
      Self.line(1), "[1]",
      Self.line(4) + "\r", String(repeating: "x", count: TraceLoader.lineLimit + 1), Self.line(5),
    ]
    try await TelemetryDatabase.with { database in
      try await Self.withFile(lines.joined(separator: "\n")) { path in
        let report = try await Self.loader(database).load(file: path)
        #expect(report.lines == 12 && report.accepted == 4 && report.duplicates == 1 && report.rejectedCount == 5)
        #expect(
          report.rejected.map(\.description) == [
            "line 3: is not valid JSON: Unexpected end of text: expected a key in double quotes at column 2",
            "line 6: agent_id is missing; expected a text of 1 to 256 characters",
            "line 7: input holds the character U+0000; expected a text without it",
            "line 9: the trace is an array; expected a JSON object with trace_id, agent_id, timestamp, latency_ms and status",
            "line 11: is longer than 16 MiB",
          ]
        )
        #expect(report.failure == nil)
        let ids = try await database.column("SELECT trace_id FROM traces ORDER BY trace_id")
        #expect(ids == ["t1", "t2", "t4", "t5"])
        #expect(try await database.rollupDifferences() == [])
      }
    }
  }

  @Test func loadingAgainChangesNothing() async throws {
    let lines = (1...12_000).map { Self.line($0) }
    try await TelemetryDatabase.with { database in
      try await Self.withFile(lines.joined(separator: "\n")) { path in
        let loader = Self.loader(database)
        let steps = Mutex<[LoadProgress]>([])
        let first = try await loader.load(file: path) { step in steps.withLock { $0.append(step) } }
        #expect(first.accepted == 12_000 && first.duplicates == 0 && first.lines == 12_000)
        let seen = steps.withLock(\.self)
        #expect(seen.map(\.report.accepted) == [5000, 10_000, 12_000])
        #expect(seen.last?.bytesRead == seen.last?.totalBytes)
        let before = try await database.fingerprint()
        try await Program.run("gzip", [path])
        let second = try await loader.load(file: path + ".gz")
        try FileManager.default.removeItem(atPath: path + ".gz")
        #expect(second.accepted == 0 && second.duplicates == 12_000)
        #expect(try await database.fingerprint() == before)
        #expect(try await database.rollupDifferences() == [])
      }
    }
  }

  @Test func ofEqualIdsInAFileTheFirstCounts() async throws {
    let lines = (0..<11_000).map { Self.line($0 % 5500) }
    try await TelemetryDatabase.with { database in
      try await Self.withFile(lines.joined(separator: "\n")) { path in
        let report = try await Self.loader(database).load(file: path)
        #expect(report.accepted == 5500 && report.duplicates == 5500)
        #expect(try await database.rollupDifferences() == [])
      }
    }
  }

  @Test func keepsABoundedNumberOfReasons() async throws {
    try await TelemetryDatabase.with { database in
      try await Self.withFile(String(repeating: "no\n", count: 6000)) { path in
        let report = try await Self.loader(database).load(file: path)
        #expect(report.rejectedCount == 6000 && report.rejected.count == LoadReport.keptRejections)
        #expect(report.rejected.map(\.line) == Array(1...LoadReport.keptRejections))
      }
    }
  }

  @Test func whatCameBeforeADamageIsKept() async throws {
    let lines = (1...20_000).map { Self.line($0) }
    try await TelemetryDatabase.with { database in
      try await Self.withFile(lines.joined(separator: "\n")) { path in
        try await Program.run("gzip", [path])
        let packed = try Data(contentsOf: URL(fileURLWithPath: path + ".gz"))
        try packed.dropLast(packed.count / 4).write(to: URL(fileURLWithPath: path + ".gz"))
        let report = try await Self.loader(database).load(file: path + ".gz")
        try FileManager.default.removeItem(atPath: path + ".gz")
        #expect(report.failure == .truncated)
        #expect(report.accepted > 10_000 && report.accepted < 20_000 && report.rejectedCount == 0)
        #expect(try await database.count(of: "traces") == report.accepted)
      }
    }
  }
}

@Suite(.enabled(if: TestServers.postgresURL != nil, TelemetryDatabase.absence), .inTurn)
struct DemoLoadTests {
  @Test func writesTheWholeSetOnceWithItsAlerts() async throws {
    let configuration = try DemoConfiguration(traces: 12_000, days: 5, seed: 11)
    try await TelemetryDatabase.with { database in
      let steps = Mutex<[Int]>([])
      let first = try await DemoData(configuration).load(into: database.pool) { report in
        steps.withLock { $0.append(report.accepted) }
      }
      #expect(first.accepted == 12_000 && first.duplicates == 0 && first.alerts > 0)
      #expect(steps.withLock(\.self) == steps.withLock(\.self).sorted() && steps.withLock(\.self).last == 12_000)
      #expect(try await database.count(of: "spans") == first.spans)
      #expect(try await database.rollupDifferences() == [])
      #expect(try await database.count(of: "alert_rules") == 15)
      #expect(try await database.count(of: "alerts") == first.alerts)
      #expect(try await database.column("SELECT DISTINCT workspace_id FROM traces").count == 3)
      let before = try await database.fingerprint()
      let second = try await DemoData(configuration).load(into: database.pool)
      #expect(second.accepted == 0 && second.duplicates == 12_000 && second.alerts == 0)
      let after = try await database.fingerprint()
      #expect(after == before)
    }
  }

  /// Each alert's value is what the raw rows of its window give.
  @Test func alertsSayWhatTheTracesSay() async throws {
    let configuration = try DemoConfiguration(traces: 40_000, days: 6, seed: 5)
    try await TelemetryDatabase.with { database in
      let report = try await DemoData(configuration).load(into: database.pool)
      let wrong = try await database.column(
        """
        SELECT a.title || ' ' || a.metric_value || ' not ' || coalesce(w.value::text, 'null')
        FROM alerts a JOIN alert_rules r ON r.id = a.rule_id, LATERAL (
          SELECT round(CASE r.metric
              WHEN 'error_rate' THEN 100.0 * count(*) FILTER (WHERE t.status <> 'success') / count(*)
              WHEN 'avg_latency_ms' THEN avg(t.latency_ms)
              WHEN 'total_cost_usd' THEN sum(t.cost_usd)
              WHEN 'avg_quality_score' THEN avg(t.quality_score) END, 2) AS value
          FROM traces t WHERE t.workspace_id = a.workspace_id
            AND t."timestamp" >= a.created_at - make_interval(secs => r.window_seconds)
            AND t."timestamp" < a.created_at) w
        WHERE abs(w.value - a.metric_value) > 0.01 OR w.value IS NULL
        """
      )
      #expect(wrong == [])
      #expect(report.alerts >= 5)
    }
  }
}
