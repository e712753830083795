import Foundation
import Glibc
import TestSupport
import Testing

/// Commands that are killed (SIGKILL) at a chosen moment: the next run completes what they began, and nothing is counted
/// twice.
@Suite(.enabled(if: TestServers.areThere, "\(TestServers.absence)"))
struct KilledCommandTests {
  @Test func migrateIsTakenUpInTheMiddle() async throws {
    try await DatabaseUnderTest.with { database in
      // The fourth step makes a table of this name, and waits for whoever may have made it.
      let blocker = try await database.blocker("CREATE TABLE traces_minutely ()")
      let victim = try await database.start("migrate")
      try await database.kill(victim)
      #expect(try await database.witness.value("SELECT max(version) FROM tracegate_migrations") == "3")
      try await database.release(blocker)

      let next = try await database.start("migrate").outcome()
      #expect(next.status == 0, "\(next.errors)")
      #expect(next.output.hasPrefix("Applied: telemetry 4 (rollups), "))
      #expect(try await database.start("migrate").outcome().output == "The schema is up to date.\n")
      let steps = "SELECT count(*) = count(DISTINCT version) AND count(*) = max(version) FROM tracegate_migrations "
      #expect(try await database.witness.value(steps + "WHERE \"set\" = 'telemetry'") == "t")
    }
  }

  /// Whoever writes to a schema that he does not know may spoil what a newer program relies on; who reads it may misread it.
  @Test(arguments: ["retention", "rebuild-rollups", "demo", "serve"])
  func aNewerDatabaseIsLeftAlone(command: String) async throws {
    try await DatabaseUnderTest.with { database in
      #expect(try await database.start("migrate").outcome().status == 0)
      try await database.witness.rows("INSERT INTO tracegate_migrations VALUES ('telemetry', 99, 'future', 'x')")
      let settings = ["TRACE_RETENTION_DAYS": "1", "JWT_SECRET": String(repeating: "s", count: 32)]
      let outcome = try await database.start([command], settings).outcome()
      #expect(outcome.status != 0)
      #expect(outcome.errors.contains("The database is newer than this program"), "\(outcome.errors)")
    }
  }

  @Test func rebuildRollupsIsTakenUpInTheMiddle() async throws {
    try await DatabaseUnderTest.with { database in
      try await database.fill()
      let witness = database.witness
      let figures = "SELECT sum(request_count) || ' ' || sum(total_cost_usd) FROM traces_"
      let right = try await witness.value("\(figures)daily")
      try await witness.rows("UPDATE traces_daily SET request_count = request_count + 1, total_cost_usd = 0")
      let wrong = try await database.differing()
      // Days before this one are repaired; of this one the minutes and hours are, and not yet committed.
      let blocker = try await database.blocker(
        """
        SELECT FROM traces_daily WHERE (workspace_id, day) = (
          SELECT workspace_id, day FROM traces_daily GROUP BY 1, 2 ORDER BY 1, 2 LIMIT 1 OFFSET 2) FOR UPDATE
        """
      )
      let victim = try await database.start("rebuild-rollups")
      try await database.kill(victim)
      try await database.release(blocker)
      try await database.waitUntilAlone()
      // The server may have finished the statement that it had: a day is whole either way.
      #expect([wrong - 2, wrong - 3].contains(try await database.differing()))

      let next = try await database.start("rebuild-rollups").outcome()
      #expect(next.status == 0, "\(next.errors)")
      #expect(try await database.differing() == 0)
      #expect(try await witness.value("\(figures)daily") == right)
      #expect(try await witness.value("\(figures)hourly") == right)
      #expect(try await witness.value("\(figures)minutely") == right)
    }
  }

  @Test func loadIsTakenUpInTheMiddle() async throws {
    try await DatabaseUnderTest.with { database in
      try await database.fill()
      let witness = database.witness
      let counted = "SELECT (SELECT count(*) FROM traces) || ' ' || (SELECT sum(request_count) FROM traces_daily)"
      let before = try await witness.value(counted)
      let lines = (0..<30_000).map { number in
        #"{"trace_id":"k\#(number)","agent_id":"a","timestamp":"2026-11-10T00:00:00Z","latency_ms":1,"status":"success"}"#
      }
      let file = FileManager.default.temporaryDirectory.appendingPathComponent("tracegate-\(UUID().uuidString)").path
      try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: file))
      defer { try? FileManager.default.removeItem(atPath: file) }
      let arguments = ["load", file, "--workspace", "11111111-1111-4111-8111-111111111111"]
      // What comes last in a writer's transaction.
      let blocker = try await database.blocker("LOCK TABLE traces_daily IN EXCLUSIVE MODE")
      let victim = try await database.start(arguments)
      try await database.kill(victim)
      try await database.release(blocker)
      try await database.waitUntilAlone()
      #expect(try await witness.value(counted) == before)

      for words in ["30000 traces loaded, 0 known already", "0 traces loaded, 30000 known already"] {
        let next = try await database.start(arguments).outcome()
        #expect(next.status == 0, "\(next.errors)")
        #expect(next.output == "\(words), 0 lines rejected.\n")
      }
      #expect(try await database.differing() == 0)
    }
  }

  @Test func retentionIsTakenUpInTheMiddle() async throws {
    try await DatabaseUnderTest.with { database in
      try await database.fill()
      let witness = database.witness
      let figures = try await witness.value("SELECT sum(request_count) || ' ' || sum(total_cost_usd) FROM traces_daily")
      let blocker = try await database.blocker("SELECT count(*) FROM spans")
      let settings = ["TRACE_RETENTION_DAYS": "1"]
      let victim = try await database.start(["retention"], settings)
      try await database.kill(victim)
      try await database.release(blocker)
      try await database.waitUntilAlone()
      let sent = "SELECT (SELECT count(*) FROM traces) = (SELECT count(*) FROM trace_locator)"
      #expect(try await witness.value(sent) == "t")

      let key = try await "gen:" + witness.value("SELECT min(workspace_id::text) FROM traces_daily")
      let generation = try #require(Int(try await database.redis.ask("GET", key)))
      let next = try await database.start(["retention"], settings).outcome()
      #expect(next.status == 0, "\(next.errors)")
      // Whoever has cached a trace hears that it went.
      #expect(try #require(Int(try await database.redis.ask("GET", key))) > generation)
      let old = "SELECT count(*) FROM traces WHERE \"timestamp\" < (now() AT TIME ZONE 'UTC')::date - 1"
      #expect(try await witness.value(old) == "0")
      #expect(try await witness.value(sent) == "t")
      let after = try await witness.value("SELECT sum(request_count) || ' ' || sum(total_cost_usd) FROM traces_daily")
      #expect(after == figures)
      #expect(try await database.differing() == 0)
    }
  }
}
