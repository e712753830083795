import JSON
import TestSupport
import Testing

/// One workspace never sees another's, whatever it sends and whatever is cached.
@Suite(.needsServers, .gateway, .serialized)
struct IsolationTests {
  private let gateway: GatewayUnderTest

  init() throws {
    gateway = try GatewayUnderTest.required()
  }

  @Test func doesNotServeAnothersCachedTrace() async throws {
    let id = gateway.traceIDs[0]
    let key = "trace:detail:\(id)"
    #expect(try await gateway.owner.client.get("/api/v1/traces/\(id)").status == 200)
    let kept = try await Patience.wait(for: key) { () -> String? in
      let text = try await gateway.redis.ask("GET", key)
      return text.isEmpty ? nil : text
    }

    let rest = try await gateway.stranger.client.get("/api/v1/traces/\(id)")
    #expect(rest.status == 404)
    #expect(rest.text == #"{"detail":"Trace not found"}"#)
    let answer = try await gateway.stranger.client.graphQL(#"{ trace(traceId: "\#(id)") { traceId input } }"#)
    #expect(answer.text == #"{"data":{"trace":null}}"#)
    // The owner's entry stands as it was.
    #expect(try await gateway.redis.ask("GET", key) == kept)
  }

  @Test func answersForAnothersTraceAsForNone() async throws {
    let anothers = try await gateway.stranger.client.get("/api/v1/traces/\(gateway.traceIDs[1])")
    let nobodys = try await gateway.stranger.client.get("/api/v1/traces/there-is-none")
    #expect(anothers.status == nobodys.status)
    #expect(anothers.text == nobodys.text)
  }

  @Test func servesEachWorkspaceFromItsOwnEntries() async throws {
    // The owner's entries are there when the stranger asks for the same.
    let owners = try await gateway.owner.client.graphQL(DashboardQuery.document)
    let strangers = try await gateway.stranger.client.graphQL(DashboardQuery.document)
    #expect(try owners.json["data"]?["alerts"]?["total"]?.int == 30)
    #expect(try strangers.json["data"]?["alerts"]?["total"]?.int == 0)
    #expect(!strangers.text.contains("owned-"))
  }

  @Test func acceptsTheOwnWorkspaceParameterOnly() async throws {
    let path = "/api/v1/alerts/recent?workspace_id="
    #expect(try await gateway.owner.client.get(path + gateway.owner.workspaceID).status == 200)
    let foreign = try await gateway.owner.client.get(path + gateway.stranger.workspaceID)
    #expect(foreign.status == 403)
    #expect(foreign.text == #"{"detail":"Not a member of this workspace"}"#)
  }

  @Test func takesNoContextHeadersOnThePublicPort() async throws {
    let context = [("X-Workspace-ID", gateway.owner.workspaceID), ("X-User-ID", gateway.owner.userID)]
    let answer = try await gateway.anybody.with(context).get("/api/v1/alerts/recent")
    #expect(answer.status == 401)
    // Nor do they widen what a token may see.
    let widened = try await gateway.stranger.client.with(context).get("/api/v1/alerts/recent")
    #expect(try widened.json["total"]?.int == 0)
  }

  @Test func takesContextHeadersOnTheInternalPort() async throws {
    let context = [("X-Workspace-ID", gateway.owner.workspaceID), ("X-User-ID", gateway.owner.userID)]
    let inside = try await gateway.inside.with(context).get("/api/v1/alerts/recent")
    #expect(try inside.json["total"]?.int == 30)
    let missing = try await gateway.inside.with([context[0]]).get("/api/v1/alerts/recent")
    #expect(missing.status == 403)
    #expect(missing.text == #"{"detail":"X-Workspace-ID (a UUID) and X-User-ID headers are required"}"#)
  }

  @Test func tellsWhoSomebodyIs() async throws {
    let me = try await gateway.owner.client.get("/api/v1/auth/me")
    #expect(me.status == 200)
    #expect(
      try me.json.members.map(\.key) == ["id", "email", "full_name", "workspace_id", "workspace_name"]
    )
    #expect(try me.json["workspace_id"]?.string == gateway.owner.workspaceID)
    #expect(try me.json["email"]?.string == gateway.owner.email)
  }
}
