import JSON
import Resolver
import Schema
import TestSupport
import Testing

@Suite(.serialized, .enabled(if: TreeDatabase.isAvailable, TreeDatabase.absence), .inTurn)
struct AlertsTests {
  private func call(_ workspace: WorkspaceID, limit: Int64, severity: String? = nil) -> FieldCall {
    .of(workspace, ["limit": .int(limit), "severity": severity.map { .enumeration($0) } ?? .null])
  }

  /// 25 alerts of the first workspace, some at one instant; two of the second.
  private func write(to database: TreeDatabase) async throws {
    try await database.execute(
      """
      INSERT INTO alerts (id, workspace_id, title, description, severity, metric_value, created_at)
        SELECT ('00000000-0000-4000-8000-' || lpad(to_hex(n * 7919 % 4096), 12, '0'))::uuid, '\(TraceSample.first)',
          'title "' || n || '"', 'description', (ARRAY['info', 'warning', 'critical'])[1 + n % 3],
          CASE WHEN n % 5 <> 0 THEN n * 1.50 END, timestamptz '2026-03-01T00:00:00Z' + n / 3 * interval '1 hour'
        FROM generate_series(1, 25) AS n;
      INSERT INTO alerts (workspace_id, title, severity, metric_value, created_at) VALUES
        ('\(TraceSample.second)', 'not a number', 'critical', 'NaN', '2026-03-02T00:00:00.125Z'),
        ('\(TraceSample.second)', 'none', 'critical', 0, '2026-03-02T00:00:00Z');
      """
    )
  }

  @Test func theNewestComeFirstAndAllAreCounted() async throws {
    try await TreeDatabase.with { database in
      try await write(to: database)
      for severity in [nil, "info", "warning", "critical"] {
        for limit in [1, 10, 100] as [Int64] { try await check(severity, limit, database) }
      }
    }
  }

  private func check(_ severity: String?, _ limit: Int64, _ database: TreeDatabase) async throws {
    let condition = severity.map { " AND severity = '\($0)'" } ?? ""
    let expected = try await database.rows(
      "SELECT id FROM alerts WHERE workspace_id = '\(TraceSample.first)'\(condition) ORDER BY created_at DESC, id"
    ).map { $0[0] }
    let body = try await database.body(AlertsResolver(), call(TraceSample.first, limit: limit, severity: severity))
    #expect(body.keys == ["items", "total", "as_of"])
    #expect(body["items"]?.elements.map { $0["id"]?.string } == Array(expected.prefix(Int(limit))))
    #expect(body["total"]?.int == Int64(expected.count))
    #expect(body["as_of"]?.string == TraceSample.now.text)
  }

  @Test func itemsHaveTheDocumentedShape() async throws {
    try await TreeDatabase.with { database in
      try await write(to: database)
      let items =
        try await database.body(AlertsResolver(), call(TraceSample.second, limit: 10))["items"]?.elements ?? []
      try #require(items.count == 2)
      let id = try #require(items[1]["id"]?.string)
      #expect(items[0]["metric_value"]?.isNull == true)
      #expect(items[0]["created_at"]?.string == "2026-03-02T00:00:00.125Z")
      #expect(
        items[1].json == """
          {"id":"\(id)","workspace_id":"\(TraceSample.second)","title":"none","description":"","severity":"critical",\
          "metric_value":0,"created_at":"2026-03-02T00:00:00Z","acknowledged_at":null}
          """
      )
    }
  }

  @Test func aWorkspaceWithoutAlertsHasAnEmptyList() async throws {
    try await TreeDatabase.with { database in
      try await write(to: database)
      let body = try await database.body(AlertsResolver(), call(TraceSample.empty, limit: 10))
      #expect(body.json == "{\"items\":[],\"total\":0,\"as_of\":\"\(TraceSample.now)\"}")
    }
  }
}
