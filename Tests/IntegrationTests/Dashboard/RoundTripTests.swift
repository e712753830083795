import JSON
import TestSupport
import Testing

/// What a request costs on the wires: turns to Redis and to PostgreSQL, counted between the gateway and them.
@Suite(
  .needsServers,
  GatewayTrait(environment: ["GRAPHQL_MAX_ALIASES": "1000", "GRAPHQL_MAX_ROOT_FIELDS": "1000"]),
  .serialized
)
struct RoundTripTests {
  private let gateway: GatewayUnderTest

  init() throws {
    gateway = try GatewayUnderTest.required()
  }

  private struct Cost: Equatable {
    let redis: Int
    let postgres: Int
  }

  /// The turns until the answer is there; what is stored behind it is not counted with it.
  private func cost(of query: String, _ check: (JSONValue) throws -> Void) async throws -> Cost {
    gateway.resetCounts()
    let answer = try await gateway.owner.client.graphQL(query)
    let cost = Cost(redis: gateway.redisWire.counts.turns, postgres: gateway.telemetryWire.counts.turns)
    let root = try answer.json
    #expect(root["errors"] == nil, "\(answer.text.prefix(300))")
    try check(try #require(root["data"]))
    return cost
  }

  /// With nothing in the cache, on connections that have greeted and prepared their statements.
  ///
  /// The write behind an answer may pass before the count is taken, so a cold request reads Redis once and may write once.
  private func expectOneTurnEachWhenCold(
    _ query: String,
    pipelines: Int = 1,
    _ check: (JSONValue) throws -> Void
  ) async throws {
    for _ in 0..<8 {
      try await gateway.emptyCache()
      // What was fetched just before can be had for 50 ms longer, and is then not stored again.
      try await Task.sleep(for: .milliseconds(70))
      _ = try await gateway.owner.client.graphQL(query)
    }
    try await settle()
    try await gateway.emptyCache()
    try await Task.sleep(for: .milliseconds(70))
    let cold = try await cost(of: query, check)
    #expect(cold.postgres == pipelines)
    #expect((1...2).contains(cold.redis))
    try await settle()
    #expect(gateway.redisWire.counts.turns == 2, "one turn to read, one to write")
  }

  /// Until what was fetched is stored.
  private func settle() async throws {
    try await Patience.wait(for: "a stored entry") {
      try await gateway.redis.keys(matching: "*:\(gateway.owner.workspaceID):*").isEmpty ? nil : true
    }
    try await Task.sleep(for: .milliseconds(50))
  }

  @Test func theDashboardColdThenWarmInRedis() async throws {
    try await expectOneTurnEachWhenCold(DashboardQuery.document) { data in
      #expect(data.members.map(\.key) == ["homeKpis", "alerts", "activity", "traces"])
    }
    let warm = try await cost(of: DashboardQuery.document) { #expect($0.members.count == 4) }
    #expect(warm == Cost(redis: 1, postgres: 0))
  }

  /// Whatever has to be known to choose what is read, the statement finds out by itself.
  @Test func metricsAndFiltersInOneRoundTrip() async throws {
    let query = #"""
      {
        metrics(range: "7d", interval: day, timeZone: "Asia/Kolkata", groupBy: [tag, model]) { groups { isOther } }
        explainChange(range: "7d") { change }
        agents { total } models { total } tags { total }
        traces(range: "30d", first: 7, where: {tag: {eq: "t1"}}, orderBy: {field: cost}) { total items { traceId } }
      }
      """#
    try await expectOneTurnEachWhenCold(query) { data in
      #expect(data["traces"]?["items"]?.elements.count == 7)
      #expect(data["metrics"]?["groups"]?.elements.isEmpty == false)
    }
  }

  @Test func aThousandAliasesOfAField() async throws {
    let fields = (0..<1_000).map { "a\($0): alerts(limit: 9) { total }" }.joined(separator: " ")
    try await expectOneTurnEachWhenCold("{ \(fields) }") { data in
      #expect(data.members.count == 1_000)
      #expect(data["a999"]?["total"]?.int == 30)
    }
  }

  @Test func fieldsBelowAListCostOnePipelineForTheWholeList() async throws {
    let query = "{ traces(range: \"30d\", limit: 40) { items { traceId spans { name } input output metadata } } }"
    try await expectOneTurnEachWhenCold(query, pipelines: 2) { data in
      let items = try #require(data["traces"]?["items"]).elements
      #expect(items.count == 40)
      #expect(items.allSatisfy { $0["input"]?.string == "question \($0["traceId"]?.string ?? "") \"quoted\" ü" })
    }
    let warm = try await cost(of: query) { #expect($0["traces"]?["items"]?.elements.count == 40) }
    #expect(warm == Cost(redis: 1, postgres: 1))
  }
}
