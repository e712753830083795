import Foundation
import JSON
import TestSupport
import Testing

/// Each KPI against a plain scan of `traces` that shares nothing with the gateway's statements.
@Suite(.needsServers, .gateway, .serialized)
struct KpiTests {
  private static let ranges = [
    "1h", "24h", "7d", "30d", "\(TestTraces.customFrom)/\(TestTraces.customTo)", "2026-01-02T00:00:00Z/P2D",
  ]

  private let gateway: GatewayUnderTest

  init() throws {
    gateway = try GatewayUnderTest.required()
  }

  @Test(arguments: ranges)
  func equalsAScanOfTheTraces(range: String) async throws {
    let query = """
      query Kpis($range: TimeRange!) {
        homeKpis(range: $range) {
          totalRequests { ...figure } avgLatencyMs { ...figure } errorRate { ...figure } avgQualityScore { ...figure }
          totalCostUsd { value change changeLabel }
          asOf window { from to } previousWindow { from to }
        }
      }
      fragment figure on Kpi { value change changeLabel }
      """
    let answer = try await gateway.owner.client.graphQL(query, variables: #"{"range":"\#(range)"}"#)
    #expect(try answer.json["errors"] == nil)
    let kpis = try #require(try answer.json["data"]?["homeKpis"])
    let window = try Window(kpis["window"])
    let previous = try Window(kpis["previousWindow"])
    #expect(previous.to == window.from)
    try expectLength(range, window, previous, asOf: kpis["asOf"]?.string)

    let now = try await scan(window)
    let before = try await scan(previous)
    try await expect(kpis["totalRequests"], now.requests, before.requests)
    try await expect(kpis["avgLatencyMs"], now.latency, before.latency, decimals: 6)
    try await expect(kpis["errorRate"], now.errorRate, before.errorRate, decimals: 6)
    try await expect(kpis["totalCostUsd"], now.cost, before.cost)
    try await expect(kpis["avgQualityScore"], now.quality, before.quality, decimals: 6)
    let label = range.count <= 3 ? "vs last \(range)" : "vs previous period"
    #expect(kpis["totalCostUsd"]?["changeLabel"]?.string == label)
    // A window without data would prove nothing.
    #expect(Int(now.requests) ?? 0 > 0)
  }

  @Test func takesTheFirstInstantOfAWindowAndNotTheLast() async throws {
    let query = """
      { homeKpis(range: "\(TestTraces.customFrom)/\(TestTraces.customTo)") { totalRequests { value } } }
      """
    let answer = try await gateway.owner.client.graphQL(query)
    // Of the traces on the edges five are inside: from, a microsecond later, two between, a microsecond before to.
    let edges = try await gateway.postgres.value(
      """
      SELECT count(*) FROM traces WHERE workspace_id = '\(gateway.owner.workspaceID)'
        AND "timestamp" >= '\(TestTraces.customFrom)' AND "timestamp" < '\(TestTraces.customTo)'
      """
    )
    #expect(Int(edges) ?? 0 >= 5)
    #expect(try answer.json["data"]?["homeKpis"]?["totalRequests"]?["value"]?.number == edges)
  }

  // MARK: - The scan

  private struct Window {
    let from: String
    let to: String

    init(_ value: JSONValue?) throws {
      from = try #require(value?["from"]?.string)
      to = try #require(value?["to"]?.string)
    }

    var length: TimeInterval {
      get throws { try Self.date(to).timeIntervalSince(Self.date(from)) }
    }

    static func date(_ text: String) throws -> Date {
      try Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: text.contains(".")))
    }
  }

  /// Unrounded, as PostgreSQL's `numeric` writes them.
  private struct Scan {
    let requests, latency, errorRate, cost, quality: String
  }

  private func scan(_ window: Window) async throws -> Scan {
    let row = try await gateway.postgres.rows(
      """
      SELECT count(*), COALESCE(avg(latency_ms::numeric(40, 20)), 0),
        COALESCE(100 * avg(CASE WHEN status = 'success' THEN 0 ELSE 1 END::numeric(40, 20)), 0),
        COALESCE(sum(cost_usd), 0), COALESCE(avg(quality_score::numeric(40, 20)), 0)
      FROM traces
      WHERE workspace_id = '\(gateway.owner.workspaceID)'
        AND "timestamp" >= '\(window.from)' AND "timestamp" < '\(window.to)'
      """
    )
    let values = try #require(row.first)
    return Scan(requests: values[0], latency: values[1], errorRate: values[2], cost: values[3], quality: values[4])
  }

  private func expect(
    _ figure: JSONValue?,
    _ now: String,
    _ before: String,
    decimals: Int? = nil,
    location: SourceLocation = #_sourceLocation
  ) async throws {
    let expected = try await gateway.postgres.rows(
      """
      SELECT \(decimals.map { "round(now, \($0))" } ?? "now"),
        CASE WHEN now = 0 AND before = 0 THEN 0 WHEN before = 0 THEN 100
          ELSE round(100 * (now - before) / before, 1) END
      FROM (VALUES (\(now)::numeric, \(before)::numeric)) AS pair (now, before)
      """
    )
    let row = try #require(expected.first)
    let value = try #require(figure?["value"]?.number)
    let change = try #require(figure?["change"]?.number)
    #expect(Decimal(string: value) == Decimal(string: row[0]), sourceLocation: location)
    #expect(Decimal(string: change) == Decimal(string: row[1]), sourceLocation: location)
  }

  private func expectLength(_ range: String, _ window: Window, _ previous: Window, asOf: String?) throws {
    let lengths: [String: TimeInterval] = ["1h": 3600, "24h": 86_400, "7d": 7 * 86_400, "30d": 30 * 86_400]
    #expect(try window.length == previous.length)
    guard let length = lengths[range] else {
      let ends = range.hasSuffix("P2D") ? ("2026-01-02T00:00:00Z", "2026-01-04T00:00:00Z") : nil
      #expect(window.from == ends?.0 ?? TestTraces.customFrom)
      #expect(window.to == ends?.1 ?? TestTraces.customTo)
      return
    }
    #expect(try window.length == length)
    // Sliding with the clock to the second: the window ends within the second after the figures were computed.
    let lead = try Window.date(window.to).timeIntervalSince(Window.date(try #require(asOf)))
    #expect(lead > 0 && lead <= 1)
  }
}
