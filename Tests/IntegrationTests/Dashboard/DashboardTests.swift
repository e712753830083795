import JSON
import TestSupport
import Testing

/// The dashboard's request, over real traces, from outside.
@Suite(.needsServers, .gateway, .serialized)
struct DashboardTests {
  let gateway: GatewayUnderTest

  init() throws {
    gateway = try GatewayUnderTest.required()
  }

  @Test func answersTheDashboardInOneResponse() async throws {
    let answer = try await gateway.owner.client.graphQL(DashboardQuery.document, variables: #"{"range":"30d"}"#)
    #expect(answer.status == 200)
    #expect(answer["content-type"] == "application/graphql-response+json; charset=utf-8")
    let root = try answer.json
    #expect(root["errors"] == nil)
    let data = try #require(root["data"])
    #expect(data.members.map(\.key) == ["homeKpis", "alerts", "activity", "traces"])

    let kpis = try #require(data["homeKpis"])
    #expect(
      kpis.members.map(\.key) == [
        "totalRequests", "avgLatencyMs", "errorRate", "totalCostUsd", "avgQualityScore",
      ]
    )
    #expect(kpis["totalRequests"]?["changeLabel"]?.string == "vs last 30d")
    #expect(kpis.members.map { $0.value["trend"]?.string } == ["normal", "inverse", "inverse", "normal", "normal"])

    #expect(data["alerts"]?["total"]?.int == 30)
    #expect(data["alerts"]?["items"]?.elements.count == 10)
    #expect(data["activity"]?["total"]?.int == Int64(gateway.traceIDs.count))
    #expect(data["activity"]?["items"]?.elements.count == 50)
    #expect(data["traces"]?["items"]?.elements.count == 50)
    #expect(data["traces"]?["page"]?.int == 1)
  }

  @Test func answersAllFiveFields() async throws {
    let id = try #require(gateway.traceIDs.first)
    let answer = try await gateway.owner.client.graphQL(
      DashboardQuery.allFields,
      variables: DashboardQuery.variables(trace: id)
    )
    let root = try answer.json
    #expect(root["errors"] == nil)
    #expect(
      root["data"]?.members.map(\.key) == ["homeKpis", "alerts", "activity", "traces", "trace"]
    )
    #expect(root["data"]?["trace"]?["traceId"]?.string == id)
    #expect(root["data"]?["trace"]?["input"]?.string == "question \(id) \"quoted\" ü")
    #expect(root["data"]?["trace"]?["spans"]?.elements.first?["attributes"]?["k"]?.elements.count == 2)
  }

  @Test func givesAnEmptyWorkspaceZerosAndEmptyLists() async throws {
    let answer = try await gateway.stranger.client.graphQL(DashboardQuery.document)
    let data = try #require(try answer.json["data"])
    for kpi in try #require(data["homeKpis"]).members {
      #expect(kpi.value["value"]?.number == "0", "\(kpi.key)")
      #expect(kpi.value["change"]?.number == "0", "\(kpi.key)")
    }
    for list in ["alerts", "activity", "traces"] {
      #expect(data[list]?["total"]?.int == 0, "\(list)")
      #expect(data[list]?["items"]?.elements.isEmpty == true, "\(list)")
    }
    #expect(try answer.json["errors"] == nil)
  }

  @Test func pagesThroughTracesWithoutGapsOrRepeats() async throws {
    let query = """
      query Page($page: Int!) {
        traces(range: "30d", limit: 100, page: $page) { total page limit pages items { traceId timestamp } }
      }
      """
    var seen: [String] = []
    var pages = 1
    var page = 1
    while page <= pages {
      let answer = try await gateway.owner.client.graphQL(query, variables: #"{"page":\#(page)}"#)
      let list = try #require(try answer.json["data"]?["traces"])
      seen += try #require(list["items"]).elements.compactMap { $0["traceId"]?.string }
      pages = Int(try #require(list["pages"]?.int))
      page += 1
    }
    #expect(Set(seen).count == seen.count)
    let expected = try await gateway.postgres.value(
      """
      SELECT count(*) FROM traces
      WHERE workspace_id = '\(gateway.owner.workspaceID)' AND "timestamp" >= now() - interval '30 days'
      """
    )
    // The window slides while the pages are read: a trace may leave it.
    #expect(abs(seen.count - (Int(expected) ?? 0)) <= 2)
  }
}
