import Database
import JSON
import Resolver
import Schema
import TestSupport
import Testing

@Suite(.serialized, .enabled(if: TreeDatabase.isAvailable, TreeDatabase.absence), .inTurn)
struct TracesTests {
  private static let keys = [
    "trace_id", "workspace_id", "agent_id", "timestamp", "latency_ms", "status", "model", "model_provider",
    "tokens_input", "tokens_output", "tokens_total", "cost_usd", "quality_score", "tags", "cursor",
  ]

  private struct Filter {
    var range = "30d"
    var agent: String?
    var status: String?
  }

  @Test func pagesHoldAllMatchesInOrder() async throws {
    try await TreeDatabase.with { database in
      try await TraceSample(seed: 21, count: 700).write(to: database)
      for workspace in [TraceSample.first, TraceSample.second, TraceSample.empty] {
        for filter in [
          Filter(), Filter(range: "24h"), Filter(range: "1h"), Filter(agent: "agent-1"), Filter(status: "timeout"),
          Filter(range: "7d", agent: "agent-2", status: "error"), Filter(agent: "nobody"),
          Filter(range: "2026-02-20T10:11:12.000001Z/P9DT1H"),
        ] { try await check(filter, workspace, database) }
      }
    }
  }

  private func check(_ filter: Filter, _ workspace: WorkspaceID, _ database: TreeDatabase) async throws {
    let expected = try await matches(filter, workspace, database)
    let limit = 37
    let pages = (expected.count + limit - 1) / limit
    var found: [String?] = []
    for page in 1...pages + 1 {
      let body = try await database.body(TracesResolver(), call(filter, workspace, limit: limit, page: page))
      #expect(body.keys == ["items", "total", "page", "limit", "pages", "page_info"])
      #expect(body["total"]?.int == Int64(expected.count))
      #expect(body["page"]?.int == Int64(page))
      #expect(body["limit"]?.int == Int64(limit))
      #expect(body["pages"]?.int == Int64(pages))
      let items = body["items"]?.elements ?? []
      #expect(items.count == (page > pages ? 0 : min(limit, expected.count - (page - 1) * limit)))
      #expect(items.allSatisfy { $0.keys == Self.keys && $0["workspace_id"]?.string == workspace.text })
      found += items.map { $0["trace_id"]?.string }
    }
    #expect(found == expected)
  }

  private func call(_ filter: Filter, _ workspace: WorkspaceID, limit: Int, page: Int) -> FieldCall {
    .of(
      workspace,
      [
        "range": .string(filter.range), "limit": .int(Int64(limit)), "page": .int(Int64(page)),
        "agentId": filter.agent.map { .string($0) } ?? .null,
        "status": filter.status.map { .enumeration($0) } ?? .null,
      ]
    )
  }

  private func matches(_ filter: Filter, _ workspace: WorkspaceID, _ database: TreeDatabase) async throws -> [String?] {
    let window = try TimeRange(parsing: filter.range).window(at: TraceSample.now)
    let agent = filter.agent.map { " AND agent_id = '\($0)'" } ?? ""
    let status = filter.status.map { " AND status = '\($0)'" } ?? ""
    return try await database.rows(
      """
      SELECT trace_id FROM traces WHERE workspace_id = '\(workspace)' AND "timestamp" >= '\(window.from)'
        AND "timestamp" < '\(window.to)'\(agent)\(status) ORDER BY "timestamp" DESC, trace_id DESC
      """
    ).map { $0[0] }
  }

  @Test func itemsKeepDigitsNullsAndZeros() async throws {
    try await TreeDatabase.with { database in
      let workspace = TraceSample.first
      try await database.execute(
        """
        SELECT ensure_trace_partitions('2026-03-14', '2026-03-14');
        INSERT INTO traces (workspace_id, trace_id, agent_id, "timestamp", latency_ms, status) VALUES
          ('\(workspace)', 'bare', 'a', '2026-03-14T09:00:00.5Z', 0, 'success');
        INSERT INTO traces (workspace_id, trace_id, agent_id, "timestamp", latency_ms, status, model, model_provider,
          tokens_input, tokens_output, tokens_total, cost_usd, quality_score, tags) VALUES
          ('\(workspace)', E'"é\\n', 'b\\c', '2026-03-14T09:00:00Z', 12, 'timeout', 'm', 'p', 0, 1, 2, 0.000, 87.50,
            ARRAY['x', 'y "z"']),
          ('\(workspace)', 'rich', 'a', '2026-03-14T09:00:00Z', 12, 'error', 'm', 'p', 0, 1, 2,
            123456789012345678901234567890.000000000000000000010, 0, '{}');
        """
      )
      try await TraceSample.rollUp(database)
      let body = try await database.body(TracesResolver(), call(Filter(range: "1h"), workspace, limit: 3, page: 1))
      let items = body["items"]?.elements ?? []
      try #require(items.count == 3)
      let cursor = items[0]["cursor"]?.string ?? ""
      #expect(
        items[0].json == """
          {"trace_id":"bare","workspace_id":"\(workspace)","agent_id":"a","timestamp":"2026-03-14T09:00:00.5Z",\
          "latency_ms":0,"status":"success","model":null,"model_provider":null,"tokens_input":null,"tokens_output":null,\
          "tokens_total":null,"cost_usd":null,"quality_score":null,"tags":[],"cursor":"\(cursor)"}
          """
      )
      #expect(items[1]["trace_id"]?.string == "rich")
      #expect(items[1]["cost_usd"]?.number == "123456789012345678901234567890.00000000000000000001")
      #expect(items[1]["quality_score"]?.number == "0")
      #expect(items[2]["trace_id"]?.string == "\"é\n")
      #expect(items[2]["agent_id"]?.string == "b\\c")
      #expect(items[2]["timestamp"]?.string == "2026-03-14T09:00:00Z")
      #expect(items[2]["cost_usd"]?.number == "0")
      #expect(items[2]["quality_score"]?.number == "87.5")
      #expect(items[2]["tags"]?.elements.map(\.string) == ["x", "y \"z\""])
    }
  }

  @Test func thePageFarBeyondTheLastIsEmpty() async throws {
    try await TreeDatabase.with { database in
      try await TraceSample(seed: 22, count: 100).write(to: database)
      let body = try await database.body(
        TracesResolver(),
        call(Filter(), TraceSample.first, limit: 100, page: 2_147_483_647)
      )
      #expect(body["items"]?.elements.isEmpty == true)
      #expect(body["total"]?.int ?? 0 > 0)
    }
  }

  @Test func strangeAgentsMatchNothing() async throws {
    try await TreeDatabase.with { database in
      try await TraceSample(seed: 23, count: 50).write(to: database)
      for agent in HostileText.all {
        let body = try await database.body(
          TracesResolver(),
          call(Filter(agent: agent), TraceSample.first, limit: 10, page: 1)
        )
        #expect(body["items"]?.elements.isEmpty == true && body["total"]?.int == 0 && body["pages"]?.int == 0)
      }
    }
  }

  @Test func aBadRangeIsSaidToBeOne() throws {
    var filter = Filter()
    filter.range = "90d"
    let call = call(filter, TraceSample.first, limit: 10, page: 1)
    let error = #expect(throws: GraphQLError.self) { try TracesResolver().queries(call) }
    #expect(error?.code == .invalidTimeRange)
    #expect(error?.message.hasPrefix("Invalid time range: \"90d\" is neither") == true)
  }
}

/// Texts that a client may send where a name is expected.
enum HostileText {
  static let all = [
    "", "'", "''; DROP TABLE traces; --", "\\", "%", "_", "\u{0}", "agent-1\u{0}", "$1", "{}", "{\"a\"", "NULL",
    "🦆\u{202E}é", "\u{FFFD}", TraceSample.second.text, String(repeating: "x'\\", count: 350_000),
  ]
}
