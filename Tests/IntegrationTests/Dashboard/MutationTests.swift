import JSON
import TestSupport
import Testing

/// `refresh` and `acknowledgeAlert`, from outside.
@Suite(.needsServers, .gateway, .serialized)
struct MutationTests {
  private let gateway: GatewayUnderTest

  init() throws {
    gateway = try GatewayUnderTest.required()
  }

  // MARK: - refresh

  @Test func refreshMakesTheNextAnswerNew() async throws {
    let client = gateway.owner.client
    let before = try await totalOfAlerts(client)
    _ = try await cached("alerts:recent:\(gateway.owner.workspaceID):10:all")
    try await insertAlert()
    #expect(try await totalOfAlerts(client) == before, "still from the cache")

    let answer = try await client.graphQL("mutation { refresh { refreshedAt } }")
    #expect(answer.status == 200)
    #expect(try answer.json["errors"] == nil)
    #expect(try answer.json["data"]?["refresh"]?["refreshedAt"]?.string?.hasSuffix("Z") == true)
    #expect(try await totalOfAlerts(client) == before + 1)
  }

  @Test func refreshIsTheCallersOwn() async throws {
    let client = gateway.owner.client
    let before = try await totalOfAlerts(client)
    let key = "alerts:recent:\(gateway.owner.workspaceID):10:all"
    _ = try await cached(key)
    try await insertAlert()
    _ = try await gateway.stranger.client.graphQL("mutation { refresh { refreshedAt } }")
    #expect(try await totalOfAlerts(client) == before, "a stranger's refresh drops nothing of ours")
    _ = try await client.graphQL("mutation { refresh { refreshedAt } }")
  }

  // MARK: - acknowledgeAlert

  @Test func acknowledgesOnce() async throws {
    let client = gateway.owner.client
    let id = try await alertID()
    let list = "{ alerts(limit: 100) { items { id acknowledgedAt } } }"
    _ = try await client.graphQL(list)
    let answer = try await client.graphQL(mutation(id, "id workspaceId acknowledgedAt"))
    let alert = try answer.json["data"]?["acknowledgeAlert"]
    #expect(alert?["id"]?.string == id)
    #expect(alert?["workspaceId"]?.string == gateway.owner.workspaceID)
    let first = try #require(alert?["acknowledgedAt"]?.string)

    let listed = try await client.graphQL(list).json["data"]?["alerts"]?["items"]?.elements ?? []
    #expect(listed.first { $0["id"]?.string == id }?["acknowledgedAt"]?.string == first, "the list is new at once")
    #expect(listed.count { $0["acknowledgedAt"]?.isNull == false } >= 1)

    let again = try await client.graphQL(mutation(id, "acknowledgedAt"))
    #expect(try again.json["data"]?["acknowledgeAlert"]?["acknowledgedAt"]?.string == first)
    let user = try await gateway.postgres.value("SELECT acknowledged_by FROM alerts WHERE id = '\(id)'")
    #expect(user == gateway.owner.userID)
  }

  @Test func theFirstOfManyCounts() async throws {
    let id = try await alertID()
    let client = gateway.owner.client
    let query = mutation(id, "acknowledgedAt")
    let times = try await withThrowingTaskGroup(of: String?.self) { group in
      for _ in 0..<8 {
        group.addTask {
          try await client.graphQL(query).json["data"]?["acknowledgeAlert"]?["acknowledgedAt"]?.string
        }
      }
      return try await group.reduce(into: Set<String?>()) { $0.insert($1) }
    }
    #expect(times.count == 1)
    #expect(!times.contains(nil))
  }

  @Test func knowsOnlyTheAlertsOfTheWorkspace() async throws {
    let id = try await alertID()
    for (client, id) in [
      (gateway.stranger.client, id), (gateway.owner.client, "00000000-0000-4000-8000-000000000000"),
    ] {
      let answer = try await client.graphQL(mutation(id, "id"))
      #expect(
        answer.text == #"""
          {"data":{"acknowledgeAlert":null},"errors":[{"message":"The workspace has no alert \"\#(id)\".",\#
          "locations":[{"line":1,"column":12}],"path":["acknowledgeAlert"],"extensions":{"code":"NOT_FOUND"}}]}
          """#
      )
    }
    #expect(try await gateway.postgres.value("SELECT acknowledged_at IS NULL FROM alerts WHERE id = '\(id)'") == "t")
  }

  @Test func fieldsAreDoneInOrder() async throws {
    let id = try await alertID()
    let answer = try await gateway.owner.client.graphQL(
      """
      mutation { none: acknowledgeAlert(id: "00000000-0000-4000-8000-000000000000") { id }
        refresh { refreshedAt } one: acknowledgeAlert(id: "\(id)") { id } __typename }
      """
    )
    let data = try #require(try answer.json["data"])
    #expect(data.members.map(\.key) == ["none", "refresh", "one", "__typename"])
    #expect(data["none"]?.isNull == true)
    #expect(data["one"]?["id"]?.string == id)
    #expect(try answer.json["errors"]?.elements.count == 1)
  }

  @Test func theRESTBodyStaysAsItWas() async throws {
    _ = try await gateway.owner.client.graphQL(mutation(try await alertID(), "id"))
    let body = try await gateway.owner.client.get("/api/v1/alerts/recent").json
    #expect(
      body["items"]?.elements.first?.members.map(\.key) == [
        "id", "workspace_id", "title", "description", "severity", "metric_value", "created_at",
      ]
    )
  }

  @Test func theInternalListenerOnlyReads() async throws {
    let context = [("X-Workspace-ID", gateway.owner.workspaceID), ("X-User-ID", gateway.owner.userID)]
    let id = try await alertID()
    let answer = try await gateway.inside.with(context).graphQL(mutation(id, "id"))
    #expect(
      answer.text == #"""
        {"errors":[{"message":"This listener only reads; send mutations to the public one.",\#
        "extensions":{"code":"FORBIDDEN"}}]}
        """#
    )
    #expect(try await gateway.postgres.value("SELECT acknowledged_at IS NULL FROM alerts WHERE id = '\(id)'") == "t")
  }

  // MARK: - Help

  private func mutation(_ id: String, _ selection: String) -> String {
    #"mutation { acknowledgeAlert(id: "\#(id)") { \#(selection) } }"#
  }

  private func totalOfAlerts(_ client: HTTPClient) async throws -> Int64 {
    let answer = try await client.graphQL("{ alerts { total } }")
    return try #require(try answer.json["data"]?["alerts"]?["total"]?.int)
  }

  private func insertAlert() async throws {
    try await gateway.postgres.rows(
      "INSERT INTO alerts (workspace_id, title, severity) VALUES ('\(gateway.owner.workspaceID)', 'new', 'info')"
    )
  }

  /// An alert that nobody has acknowledged.
  private func alertID() async throws -> String {
    try await gateway.postgres.value(
      """
      SELECT id FROM alerts WHERE workspace_id = '\(gateway.owner.workspaceID)' AND acknowledged_at IS NULL
      ORDER BY created_at LIMIT 1
      """
    )
  }

  private func cached(_ key: String) async throws -> String {
    try await Patience.wait(for: key) {
      let text = try await gateway.redis.ask("GET", key)
      return text.isEmpty ? nil : text
    }
  }
}
