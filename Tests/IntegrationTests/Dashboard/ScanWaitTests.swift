import JSON
import TestSupport
import Testing

/// Requests that read much wait for each other, and nobody else for them. The budget makes some hundred traces much.
@Suite(.needsServers, GatewayTrait(environment: ["SCAN_CONCURRENCY": "1", "SCAN_BUDGET_MS": "40"]), .serialized)
struct ScanWaitTests {
  private let gateway: GatewayUnderTest

  init() throws {
    gateway = try GatewayUnderTest.required()
  }

  /// They took all connections, and KPIs waited behind them.
  @Test func kpisDoNotWaitForScans() async throws {
    // Every third trace that is read takes a millisecond.
    try await gateway.postgres.rows(
      """
      CREATE OR REPLACE FUNCTION histogram_unit(value bigint) RETURNS numeric LANGUAGE plpgsql AS
      $$ BEGIN IF value % 3 = 0 THEN PERFORM pg_sleep(0.001); END IF; RETURN 1; END $$
      """
    )
    try await withThrowingTaskGroup(of: HTTPAnswer.self) { group in
      for top in 1...3 {
        group.addTask { try await gateway.owner.client.graphQL("{ \(Self.scan(top: top)) }") }
      }
      try await Patience.wait(for: "two scans to wait for the third") {
        try await scans() == [1, 2] ? true : nil
      }
      let kpis = try await gateway.owner.client.graphQL("{ homeKpis(range: \"7d\") { totalRequests { change } } }")
      #expect(try kpis.json["errors"] == nil && kpis.status == 200)
      #expect(try await scans() != [0, 0])
      for try await answer in group { #expect(try answer.json["errors"] == nil) }
    }
    #expect(try await scans() == [0, 0])
  }

  /// It is counted by its trial: nobody waits for a refusal.
  @Test func whatIsRefusedWaitsForNobody() async throws {
    try await gateway.emptyCache()
    gateway.resetCounts()
    let dear =
      "metrics(range: \"30d\", groupBy: [user], interval: hour, top: 30) { groups { totals { p50LatencyMs } } }"
    let query = "{ tags(range: \"30d\") { total } \(dear) }"
    let errors = try await gateway.owner.client.graphQL(query).json["errors"]?.elements ?? []
    #expect(errors.count == 1)
    #expect(errors.first?["path"]?.elements.first?.string == "metrics")
    #expect(errors.first?["message"]?.string?.hasPrefix("Grouping by user reads every trace of the range: ") == true)
    #expect(gateway.telemetryWire.counts.turns == 2, "tags, which is scanned, takes a second one")
  }

  @Test func aRequestHasFewScans() async throws {
    let fields = (1...6).map { "f\($0): \(Self.scan(top: 10 + $0))" }
    let answer = try await gateway.owner.client.graphQL("{ \(fields.joined(separator: " ")) }").json
    let refused = answer["errors"]?.elements ?? []
    #expect(refused.count == 2)
    for error in refused {
      #expect(
        error["message"]?.string
          == "At most 4 fields of a request may read so much; ask for the others in requests of their own."
      )
      #expect(error["extensions"]?["code"]?.string == "COST_LIMIT_EXCEEDED")
    }
    #expect((1...4).allSatisfy { answer["data"]?["f\($0)"]?["groups"]?.elements.isEmpty == false })
  }

  /// What is quickly read waits for nobody, and is one round trip.
  @Test func aSmallScanIsNone() async throws {
    try await gateway.emptyCache()
    gateway.resetCounts()
    let query = "{ metrics(range: \"1h\", groupBy: [user]) { groups { totals { requests } } } }"
    #expect(try await gateway.owner.client.graphQL(query).json["errors"] == nil)
    #expect(gateway.telemetryWire.counts.turns == 1)
  }

  private static func scan(top: Int) -> String {
    "metrics(range: \"24h\", groupBy: [user], top: \(top)) { groups { totals { p95LatencyMs } } }"
  }

  /// How many run and how many wait.
  private func scans() async throws -> [Double?] {
    let samples = try PrometheusReader.samples(of: try await gateway.inside.get("/metrics").text)
    return ["running", "waiting"].map { samples["tracegate_scans{state=\"\($0)\"}"] }
  }
}
