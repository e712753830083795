import JSON
import TestSupport
import Testing

/// What a gateway answers from memory, and what it does not.
@Suite(.needsServers, .gateway, .serialized)
struct MemoryTests {
  private let gateway: GatewayUnderTest

  init() throws {
    gateway = try GatewayUnderTest.required()
  }

  @Test(arguments: [DashboardQuery.document, DashboardQuery.allFields])
  func asksNobodyTheThirdTime(document: String) async throws {
    try await gateway.emptyCache()
    let variables = document == DashboardQuery.allFields ? DashboardQuery.variables(trace: gateway.traceIDs[8]) : "{}"
    let first = try await gateway.owner.client.graphQL(document, variables: variables)
    #expect(try first.json["errors"] == nil)
    // Behind the first answer the fields go to Redis, and with the second they come to memory.
    try await Patience.wait(for: "an answer from memory") { () -> Bool? in
      gateway.resetCounts()
      let answer = try await gateway.owner.client.graphQL(document, variables: variables)
      #expect(answer.text == first.text)
      return gateway.redisWire.counts.turns == 0 && gateway.telemetryWire.counts.turns == 0 ? true : nil
    }
  }

  /// It used to be told as out of Redis when another field of the request had to be fetched.
  @Test func tellsWhatCameFromMemoryBesideWhatDidNot() async throws {
    let client = gateway.owner.client.with([("X-Tracegate-Explain", "1")])
    try await fill("{ alerts(limit: 9) { total } }")
    let answer = try await client.graphQL("{ alerts(limit: 9) { total } missing: alerts(limit: 91) { total } }")
    let fields = try #require(try answer.json["extensions"]?["tracegate"]?["fields"]?.elements)
    #expect(fields.map { $0["source"]?.string } == ["memory", "database"])
  }

  /// A REST route and GraphQL share an entry in memory as they do in Redis.
  @Test func answersARESTRouteFromWhatGraphQLBrought() async throws {
    try await fill("{ alerts(limit: 8) { total } }")
    gateway.resetCounts()
    let answer = try await gateway.owner.client.get("/api/v1/alerts/recent?limit=8")
    #expect(try answer.json["items"]?.elements.count == 8)
    #expect(gateway.telemetryWire.counts.turns == 0)
  }

  /// Between gateways of one Redis: what holds for another service holds for another gateway.
  @Test func usesNoValueThatChangedMoreThanATenthOfASecondAgo() async throws {
    let query = "{ alerts(limit: 6, severity: warning) { total } }"
    try await fill(query)
    let key = "alerts:recent:\(gateway.owner.workspaceID):6:warning"
    try await gateway.redis.ask("SET", key, #"{"items": [], "total": 4711}"#, "EX", "50")
    try await Task.sleep(for: .milliseconds(100))
    let changed = try await gateway.owner.client.graphQL(query)
    #expect(try changed.json["data"]?["alerts"]?["total"]?.int == 4711)

    try await fill(query)
    try await gateway.redis.ask("INCR", "gen:\(gateway.owner.workspaceID)")
    try await gateway.redis.ask("DEL", key)
    try await Task.sleep(for: .milliseconds(100))
    let invalidated = try await gateway.owner.client.graphQL(query)
    #expect(try invalidated.json["data"]?["alerts"]?["total"]?.int == 10)
  }

  /// The key of a trace names no workspace: what one brings to memory, another does not see.
  @Test func keepsATraceForItsWorkspaceOnly() async throws {
    let id = gateway.traceIDs[11]
    let query = #"{ trace(traceId: "\#(id)") { traceId } }"#
    try await fill(query)
    let stranger = try await gateway.stranger.client.graphQL(query)
    #expect(try stranger.json["data"]?["trace"]?.isNull == true)
    let owner = try await gateway.owner.client.graphQL(query)
    #expect(try owner.json["data"]?["trace"]?["traceId"]?.string == id)
  }

  /// Asks until memory answers.
  private func fill(_ query: String) async throws {
    try await Patience.wait(for: "an answer from memory") { () -> Bool? in
      gateway.resetCounts()
      _ = try await gateway.owner.client.graphQL(query)
      return gateway.redisWire.counts.turns == 0 && gateway.telemetryWire.counts.turns == 0 ? true : nil
    }
  }
}

/// A gateway that keeps nothing in memory.
@Suite(.needsServers, GatewayTrait(environment: ["CACHE_MEMORY_BYTES": "0"]), .serialized)
struct NoMemoryTests {
  @Test func asksRedisEveryTime() async throws {
    let gateway = try GatewayUnderTest.required()
    try await Patience.wait(for: "an answer from Redis") { () -> Bool? in
      gateway.resetCounts()
      _ = try await gateway.owner.client.graphQL(DashboardQuery.document)
      return gateway.telemetryWire.counts.turns == 0 ? true : nil
    }
    for _ in 0..<3 {
      gateway.resetCounts()
      _ = try await gateway.owner.client.graphQL(DashboardQuery.document)
      #expect(gateway.redisWire.counts.turns == 1)
    }
  }
}
