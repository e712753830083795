import JSON
import TestSupport
import Testing

/// `metrics`, its neighbours and the list's cursors, from outside.
@Suite(.needsServers, .gateway, .serialized)
struct MetricsTests {
  private let gateway: GatewayUnderTest

  init() throws {
    gateway = try GatewayUnderTest.required()
  }

  private static let window = "\(TestTraces.customFrom)/\(TestTraces.customTo)"
  private static let parameters = "range=custom&start=\(TestTraces.customFrom)&end=\(TestTraces.customTo)"

  /// GraphQL, REST and the KPIs compile from one set of definitions, so they never disagree.
  @Test func agreesWithTheKpis() async throws {
    let kpis = try await gateway.owner.client.get("/api/v1/metrics/home-kpis?\(Self.parameters)").json
    let rest = try await gateway.owner.client.get("/api/v1/metrics?\(Self.parameters)&interval=day&group_by=model").json
    #expect(
      rest.members.map(\.key) == [
        "as_of", "window", "interval", "time_zone", "computed_from", "totals", "series", "groups",
      ]
    )
    let totals = try #require(rest["totals"])
    #expect(totals["requests"]?.number == kpis["total_requests"]?["value"]?.number)
    #expect(totals["avg_latency_ms"]?.number == kpis["avg_latency_ms"]?["value"]?.number)
    #expect(totals["error_rate"]?.number == kpis["error_rate"]?["value"]?.number)
    #expect(totals["total_cost_usd"]?.number == kpis["total_cost_usd"]?["value"]?.number)
    #expect(totals["avg_quality_score"]?.number == kpis["avg_quality_score"]?["value"]?.number)
    #expect(totals["p95_latency_ms"]?.kind == .number)
    // Four days are cut: two whole ones, and a part at each end.
    let series = rest["series"]?.elements ?? []
    #expect(series.map { $0["from"]?.string }.first == TestTraces.customFrom)
    #expect(series.map { $0["to"]?.string }.last == TestTraces.customTo)
    #expect(series.count == 4)
    let sum = series.reduce(0) { $0 + ($1["values"]?["requests"]?.int ?? 0) }
    #expect(sum == totals["requests"]?.int)
    let graphQL = try await gateway.owner.client.graphQL(
      #"{ metrics(range: "\#(Self.window)") { totals { requests totalCostUsd } series { from } groups { isOther } } }"#
    )
    #expect(
      graphQL.text == """
        {"data":{"metrics":{"totals":{"requests":\(totals["requests"]?.number ?? ""),\
        "totalCostUsd":\(totals["total_cost_usd"]?.number ?? "")},"series":[],"groups":[]}}}
        """
    )
  }

  @Test func saysInExtensionsWhatWasRead() async throws {
    let explained = gateway.owner.client.with([("X-Tracegate-Explain", "1")])
    let answer = try await explained.graphQL(
      #"{ a: metrics(measures: [requests]) { asOf } b: metrics(groupBy: user, measures: [requests]) { asOf } }"#
    )
    let fields = try answer.json["extensions"]?["tracegate"]?["fields"]?.elements ?? []
    #expect(fields.map { $0["computedFrom"]?.string } == ["rollups", "traces"])
  }

  @Test func anothersTracesAreNotCounted() async throws {
    let query = #"""
      {
        metrics(range: "30d", groupBy: [tag]) { totals { requests } groups { isOther } }
        agents { total } models { total } tags(range: "30d") { total }
        explainChange(range: "30d", measure: requests) { value items { contribution } }
      }
      """#
    // The owner's entries are there when the stranger asks for the same.
    let owners = try await gateway.owner.client.graphQL(query)
    #expect(try owners.json["data"]?["agents"]?["total"]?.int ?? 0 > 0)
    #expect(try owners.json["data"]?["tags"]?["total"]?.int == 3)
    let strangers = try await gateway.stranger.client.graphQL(query)
    #expect(
      strangers.text == """
        {"data":{"metrics":{"totals":{"requests":0},"groups":[]},"agents":{"total":0},"models":{"total":0},\
        "tags":{"total":0},"explainChange":{"value":0,"items":[]}}}
        """
    )
  }

  @Test func aCursorGoesOnWhereTheListEnded() async throws {
    let query = #"""
      query($after: String, $first: Int = 30) {
        traces(range: "30d", first: $first, after: $after, where: {not: {agentId: {in: ["agent-1", "agent-2"]}}}) {
          items { traceId cursor } total pageInfo { hasNextPage endCursor }
        }
      }
      """#
    let all = try await gateway.owner.client.graphQL(query, variables: #"{"first":100}"#).json["data"]?["traces"]
    let first = try await gateway.owner.client.graphQL(query).json["data"]?["traces"]
    let end = try #require(first?["pageInfo"]?["endCursor"]?.string)
    #expect(first?["items"]?.elements.last?["cursor"]?.string == end)
    let next = try await gateway.owner.client.graphQL(query, variables: #"{"after":"\#(end)"}"#).json["data"]?["traces"]
    let ids = [first, next].flatMap { $0?["items"]?.elements ?? [] }.map { $0["traceId"]?.string }
    #expect(ids == all?["items"]?.elements.prefix(60).map { $0["traceId"]?.string })
    #expect(ids.count == 60 && next?["pageInfo"]?["hasNextPage"]?.bool == true)
    // A cursor opens nothing for anybody else.
    let strangers = try await gateway.stranger.client.graphQL(query, variables: #"{"after":"\#(end)"}"#)
    #expect(try strangers.json["data"]?["traces"]?["items"]?.elements.isEmpty == true)
  }

  @Test func groupsBySeveralDimensions() async throws {
    let client = gateway.owner.client
    let rest = try await client.get("/api/v1/metrics?\(Self.parameters)&group_by=model&group_by=status").json
    let keys = rest["groups"]?.elements.first?["keys"]?.elements.map { $0["dimension"]?.string }
    #expect(keys == ["model", "status"])
    let four = try await client.get("/api/v1/metrics?group_by=model&group_by=status&group_by=agent&group_by=provider")
    #expect(four.status == 422)
    #expect(
      four.text == #"{"detail":[{"type":"value_error","loc":["query"],"msg":"groupBy takes at most 3 dimensions."}]}"#
    )
    let unknown = try await client.get("/api/v1/metrics?group_by=model&group_by=colour")
    #expect(
      unknown.text == """
        {"detail":[{"type":"literal_error","loc":["query","group_by"],"msg":"Input should be 'agent', 'model', 'provider', \
        'status', 'user', 'session' or 'tag'","input":"colour"}]}
        """
    )
  }

  @Test func saysWhatIsWrong() async throws {
    let zone = try await gateway.owner.client.get("/api/v1/metrics?interval=day&time_zone=Mars/Olympus")
    #expect(zone.status == 422)
    #expect(
      zone.text == """
        {"detail":[{"type":"value_error","loc":["query"],"msg":"\\"Mars/Olympus\\" is no time zone; write a name such as UTC, \
        Europe/Berlin or America/New_York."}]}
        """
    )
    let points = try await gateway.owner.client.get(
      "/api/v1/metrics?interval=minute&range=custom&start=2026-01-01T00:00:00Z&end=2026-01-31T00:00:00Z"
    )
    #expect(points.status == 400)
    #expect(
      points.text == """
        {"detail":"The series would have 43200 points; at most 2000 are given. Take a longer interval than minute, \
        or a shorter range."}
        """
    )
    let cursor = try await gateway.owner.client.graphQL(#"{ traces(after: "'; DROP TABLE traces; --") { total } }"#)
    #expect(
      cursor.text == """
        {"data":{"traces":null},"errors":[{"message":"The cursor is not one of this list.",\
        "locations":[{"line":1,"column":3}],"path":["traces"],"extensions":{"code":"BAD_USER_INPUT"}}]}
        """
    )
  }
}
