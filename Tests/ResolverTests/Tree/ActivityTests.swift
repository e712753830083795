import JSON
import Resolver
import Schema
import TestSupport
import Testing

@Suite(.serialized, .enabled(if: TreeDatabase.isAvailable, TreeDatabase.absence), .inTurn)
struct ActivityTests {
  private func call(_ workspace: WorkspaceID, limit: Int64) -> FieldCall {
    .of(workspace, ["limit": .int(limit)])
  }

  @Test func theLatestComeFirstWhateverTheirAge() async throws {
    try await TreeDatabase.with { database in
      try await TraceSample(seed: 31, count: 80).write(to: database)
      for (workspace, limit) in [
        (TraceSample.first, 1), (TraceSample.first, 7), (TraceSample.first, 100), (TraceSample.second, 50),
      ] as [(WorkspaceID, Int64)] {
        let expected = try await database.rows(
          "SELECT trace_id FROM traces WHERE workspace_id = '\(workspace)' ORDER BY \"timestamp\" DESC, trace_id DESC"
        ).map { $0[0] }
        let body = try await database.body(ActivityResolver(), call(workspace, limit: limit))
        #expect(body.keys == ["items", "total"])
        let items = body["items"]?.elements ?? []
        #expect(items.map { $0["trace_id"]?.string } == Array(expected.prefix(Int(limit))))
        #expect(body["total"]?.int == Int64(expected.count))
        #expect(Set(items.map { $0["id"]?.string }).count == items.count)
      }
    }
  }

  @Test func aLoneOldTraceIsStillThere() async throws {
    try await TreeDatabase.with { database in
      try await database.execute(
        """
        SELECT ensure_trace_partitions('2026-03-14', '2026-03-14');
        INSERT INTO traces (workspace_id, trace_id, agent_id, "timestamp", latency_ms, status, cost_usd) VALUES
          ('\(TraceSample.first)', 'old', 'a', '2019-05-05T05:05:05Z', 3, 'success', 0),
          ('\(TraceSample.second)', 'new', 'a', '2026-03-14T05:05:05Z', 3, 'success', 0);
        """
      )
      try await TraceSample.rollUp(database, table: "traces_daily", unit: "day")
      let body = try await database.body(ActivityResolver(), call(TraceSample.first, limit: 50))
      let id = ActivityIDTests.oldTrace
      #expect(
        body.json == """
          {"items":[{"id":"\(id)","workspace_id":"\(TraceSample.first)","trace_id":"old","agent_id":"a",\
          "action":"trace_ingested","status":"success","timestamp":"2019-05-05T05:05:05Z",\
          "metadata":{"latency_ms":3,"model":null,"cost_usd":0}}],"total":1}
          """
      )
    }
  }

  @Test func aWorkspaceWithoutTracesHasAnEmptyList() async throws {
    try await TreeDatabase.with { database in
      let body = try await database.body(ActivityResolver(), call(TraceSample.empty, limit: 50))
      #expect(body.json == "{\"items\":[],\"total\":0}")
    }
  }
}
