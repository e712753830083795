import JSON
import TestSupport
import Testing

/// Two workspaces ask for every cached field of the schema, at once and one after the other, through every tier.
@Suite(.needsServers, .gateway, .serialized)
struct TenantWalkTests {
  private let gateway: GatewayUnderTest

  init() throws {
    gateway = try GatewayUnderTest.required()
  }

  /// Each cached field, with a selection that shows whose its value is.
  private var selections: [String: String] {
    [
      "homeKpis": "homeKpis(range: \"30d\") { totalRequests { value } }",
      "alerts": "alerts(limit: 100) { total items { workspaceId title } }",
      "activity": "activity(limit: 100) { total items { workspaceId traceId } }",
      "traces": "traces(range: \"30d\", limit: 100) { total items { workspaceId traceId } }",
      "trace": "trace(traceId: \"\(gateway.traceIDs[20])\") { workspaceId traceId input }",
    ]
  }

  /// A field that is cached and not walked below fails here.
  @Test func theWalkKnowsEveryCachedField() async throws {
    let metrics = try await gateway.inside.get("/metrics").text
    let cached = try PrometheusReader.samples(of: metrics).keys.compactMap { name -> String? in
      let start = #"tracegate_field_misses_total{field="Query."#
      return name.hasPrefix(start) ? String(name.dropFirst(start.count).dropLast(2)) : nil
    }
    #expect(Set(cached) == Set(selections.keys))
  }

  @Test func noValueCrosses() async throws {
    let query = "{ " + selections.sorted { $0.key < $1.key }.map(\.value).joined(separator: " ") + " }"
    for order in [[gateway.owner, gateway.stranger], [gateway.stranger, gateway.owner]] {
      try await gateway.emptyCache()
      for account in [gateway.owner, gateway.stranger] {
        _ = try await account.client.send("DELETE", "/api/v1/cache")
      }
      // From PostgreSQL, both at once; from Redis; and from memory, again and again.
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<40 {
          let account = order[number % 2]
          group.addTask { try await expectOwn(try await account.client.graphQL(query), account) }
        }
        try await group.waitForAll()
      }
      for _ in 0..<6 {
        for account in order { try await expectOwn(try await account.client.graphQL(query), account) }
      }
    }
  }

  /// The values of one workspace copied under the keys of the other, as nobody but a broken service would: the body of a trace
  /// names its workspace, and is not believed.
  @Test func aTraceUnderItsKeyIsItsWorkspacesOnly() async throws {
    let id = gateway.traceIDs[21]
    let path = "/api/v1/traces/\(id)"
    #expect(try await gateway.owner.client.get(path).status == 200)
    try await gateway.waitUntilStored("trace:detail:\(id)")
    for _ in 0..<5 {
      #expect(try await gateway.stranger.client.get(path).status == 404)
      #expect(try await gateway.owner.client.get(path).status == 200)
    }
  }

  private func expectOwn(_ answer: HTTPAnswer, _ account: GatewayUnderTest.Account) async throws {
    #expect(answer.status == 200)
    let data = try #require(try answer.json["data"])
    let isOwner = account.workspaceID == gateway.owner.workspaceID
    let other = isOwner ? gateway.stranger.workspaceID : gateway.owner.workspaceID
    #expect(!answer.text.contains(other))
    #expect(data["trace"]?.isNull == !isOwner)
    #expect(data["alerts"]?["total"]?.int == (isOwner ? 30 : 0))
    for field in ["activity", "traces"] { #expect((data[field]?["total"]?.int ?? -1 > 0) == isOwner, "\(field)") }
    let requests = data["homeKpis"]?["totalRequests"]?["value"]?.number
    #expect((requests == "0") != isOwner)
    if !isOwner { #expect(!answer.text.contains(gateway.tracePrefix)) }
  }
}
