import JSON
import TestSupport
import Testing

/// Requests that read traces one by one wait for each other, and nobody else for them.
@Suite(.needsServers, GatewayTrait(environment: ["SCAN_CONCURRENCY": "1"]), .serialized)
struct ScanWaitTests {
  private let gateway: GatewayUnderTest

  init() throws {
    gateway = try GatewayUnderTest.required()
  }

  /// They took all connections, and KPIs waited behind them.
  @Test func kpisDoNotWaitForScans() async throws {
    // Searches in input read this table; KPIs do not.
    let lock = "BEGIN; LOCK TABLE trace_io IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(77)"
    let blocker = try await Program("psql", [gateway.postgres.url, "-Xq", "-c", lock])
    try await Patience.wait(for: "the lock; psql said: \(blocker.errorsSoFar)") {
      try await gateway.postgres.value("SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted")
        != "0"
        ? true : nil
    }
    try await withThrowingTaskGroup(of: HTTPAnswer.self) { group in
      for number in 0..<3 {
        let query = "{ traces(range: \"30d\", limit: 1, where: {input: {contains: \"scan \(number)\"}}) { total } }"
        group.addTask { try await gateway.owner.client.graphQL(query) }
      }
      try await Patience.wait(for: "two scans to wait for the third") {
        try await scans() == [1, 2] ? true : nil
      }
      let kpis = try await gateway.owner.client.graphQL("{ homeKpis(range: \"7d\") { totalRequests { change } } }")
      #expect(try kpis.json["errors"] == nil && kpis.status == 200)
      #expect(try await scans() == [1, 2])
      try await gateway.postgres.rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(77)%' AND pid <> pg_backend_pid()"
      )
      for try await answer in group { #expect(answer.text == #"{"data":{"traces":{"total":0}}}"#) }
    }
    #expect(try await scans() == [0, 0])
    _ = await blocker.outcome()
  }

  @Test func aRequestHasFewScans() async throws {
    let fields = (0..<6).map { "f\($0): traces(range: \"24h\", limit: 1, where: {userId: {eq: \"x\($0)\"}}) { total }" }
    let answer = try await gateway.owner.client.graphQL("{ \(fields.joined(separator: " ")) }").json
    let refused = answer["errors"]?.elements ?? []
    #expect(refused.count == 2)
    #expect(refused.allSatisfy { $0["extensions"]?["code"]?.string == "COST_LIMIT_EXCEEDED" })
    #expect((0..<4).allSatisfy { answer["data"]?["f\($0)"]?["total"]?.int == 0 })
  }

  /// How many run and how many wait.
  private func scans() async throws -> [Double?] {
    let samples = try PrometheusReader.samples(of: try await gateway.inside.get("/metrics").text)
    return ["running", "waiting"].map { samples["tracegate_scans{state=\"\($0)\"}"] }
  }
}
