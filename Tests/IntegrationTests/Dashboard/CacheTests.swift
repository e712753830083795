import Foundation
import JSON
import TestSupport
import Testing

/// What is in Redis after a request, and what a second request costs.
@Suite(.needsServers, .gateway, .serialized)
struct CacheTests {
  private let gateway: GatewayUnderTest

  init() throws {
    gateway = try GatewayUnderTest.required()
  }

  /// Keys of the dashboard's query that can be written down; the list's key ends with a hash.
  private var documented: [(key: String, ttl: Int, body: String)] {
    let workspace = gateway.owner.workspaceID
    return [
      ("home_kpis:\(workspace):24h", 300, "/api/v1/metrics/home-kpis?range=24h"),
      ("alerts:recent:\(workspace):10:all", 60, "/api/v1/alerts/recent"),
      ("activity:stream:\(workspace):50", 30, "/api/v1/activity/stream"),
    ]
  }

  @Test func keepsEachFieldUnderItsDocumentedKeyForItsTime() async throws {
    try await gateway.emptyCache()
    _ = try await gateway.owner.client.graphQL(DashboardQuery.document)
    let listKey = try await listKey()
    #expect(listKey.count == "traces:list:\(gateway.owner.workspaceID):".count + 32)
    for (key, ttl) in documented.map({ ($0.key, $0.ttl) }) + [(listKey, 120)] {
      let remaining = try await Patience.wait(for: key) { () -> Int? in
        let remaining = Int(try await gateway.redis.ask("TTL", key)) ?? -2
        return remaining >= 0 ? remaining : nil
      }
      #expect((ttl - 20...ttl).contains(remaining), "\(key)")
    }
  }

  @Test func keepsATraceUnderItsKeyWithItsWorkspace() async throws {
    let id = gateway.traceIDs[3]
    try await gateway.emptyCache()
    let detail = try await gateway.owner.client.get("/api/v1/traces/\(id)")
    #expect(detail.status == 200)
    let stored = try await stored("trace:detail:\(id)")
    #expect(stored["workspace_id"]?.string == gateway.owner.workspaceID)
    try expectHolds(stored, try detail.json)
    #expect(Int(try await gateway.redis.ask("TTL", "trace:detail:\(id)")) ?? 0 > 580)
  }

  @Test func storesWhatTheRESTRoutesAnswer() async throws {
    try await gateway.emptyCache()
    _ = try await gateway.owner.client.graphQL(
      "{ homeKpis { totalRequests { value } } alerts { total } activity { total } }"
    )
    for (key, _, path) in documented {
      let stored = try await stored(key)
      gateway.resetCounts()
      let answer = try await gateway.owner.client.get(path)
      #expect(answer.status == 200)
      #expect(gateway.telemetryWire.counts.turns == 0, "\(path) shares the entry")
      try expectHolds(stored, try answer.json)
    }
  }

  @Test func answersAnyOtherSelectionFromTheSameEntry() async throws {
    try await gateway.emptyCache()
    _ = try await gateway.owner.client.get("/api/v1/alerts/recent?limit=4&severity=warning")
    _ = try await stored("alerts:recent:\(gateway.owner.workspaceID):4:warning")
    gateway.resetCounts()
    let answer = try await gateway.owner.client.graphQL(
      "{ a: alerts(limit: 4, severity: warning) { items { severity workspaceId } __typename } }"
    )
    #expect(gateway.telemetryWire.counts.turns == 0)
    let items = try #require(try answer.json["data"]?["a"]?["items"]?.elements)
    #expect(items.count == 4)
    #expect(items.allSatisfy { $0["severity"]?.string == "warning" })
    #expect(try answer.json["data"]?["a"]?["__typename"]?.string == "AlertList")
  }

  @Test func usesAValueThatAnotherServiceWrote() async throws {
    let key = "alerts:recent:\(gateway.owner.workspaceID):3:info"
    try await gateway.redis.ask("SET", key, #"{"items": [], "total": 77}"#, "EX", "50")
    let foreign = try await gateway.owner.client.graphQL("{ alerts(limit: 3, severity: info) { total } }")
    #expect(try foreign.json["data"]?["alerts"]?["total"]?.int == 77)
    // Not there in the other's value, so the database is asked.
    let more = try await gateway.owner.client.graphQL("{ alerts(limit: 3, severity: info) { total asOf } }")
    #expect(try more.json["data"]?["alerts"]?["total"]?.int == 10)
  }

  /// No generation tells that another service's value is old: the keys that were read are removed.
  @Test(arguments: [["EX", "50"], []])
  func refreshingRemovesWhatAnotherServiceWrote(expiry: [String]) async throws {
    let key = "alerts:recent:\(gateway.owner.workspaceID):9:info"
    try await gateway.redis.ask(["SET", key, #"{"items": [], "total": 77}"#] + expiry)
    let document = "{ alerts(limit: 9, severity: info) { total } }"
    #expect(try await gateway.owner.client.graphQL(document).json["data"]?["alerts"]?["total"]?.int == 77)
    try await Patience.wait(for: "the index") {
      try await gateway.redis.ask("ZSCORE", "idx:\(gateway.owner.workspaceID)", key).isEmpty ? nil : true
    }
    _ = try await gateway.owner.client.graphQL("mutation { refresh { refreshedAt } }")
    #expect(try await gateway.owner.client.graphQL(document).json["data"]?["alerts"]?["total"]?.int == 10)
  }

  /// Whoever can write to Redis may be mistaken about whose rows they are.
  @Test(arguments: ["", #","_tracegate":{"version":3,"generation":GEN}"#])
  func ignoresABodyWithRowsOfAnotherWorkspace(mark: String) async throws {
    let (workspace, client) = (gateway.owner.workspaceID, gateway.owner.client)
    let document = "{ alerts(limit: 8, severity: info) { total items { workspaceId } } }"
    _ = try await client.graphQL(document)
    let sum = try await generation(of: workspace)
    let items = [workspace, gateway.stranger.workspaceID].map { #"{"workspace_id":"\#($0)"}"# }.joined(separator: ",")
    let body = #"{"items":[\#(items)],"total":77"# + mark.replacing("GEN", with: "\(sum)") + "}"
    let key = "alerts:recent:\(workspace):8:info"
    try await gateway.redis.ask("SET", key, body, "EX", "50")
    #expect(try await client.graphQL(document).json["data"]?["alerts"]?["total"]?.int == 10)
  }

  /// Its key names no workspace, its values belong to the generation of one all the same: a value that was stored late, or
  /// not removed, is old.
  @Test func aTraceFromBeforeARefreshIsNotServed() async throws {
    let id = gateway.traceIDs[7]
    let path = "/api/v1/traces/\(id)"
    let before = try await gateway.owner.client.get(path).json["user_id"]?.string
    _ = try await stored("trace:detail:\(id)")
    try await gateway.postgres.rows("UPDATE traces SET user_id = 'renamed' WHERE trace_id = '\(id)'")
    #expect(try await gateway.owner.client.get(path).json["user_id"]?.string == before)
    // Now nobody knows that there is a value to be removed.
    try await gateway.redis.ask("DEL", "idx:\(gateway.owner.workspaceID)")
    _ = try await gateway.owner.client.graphQL("mutation { refresh { refreshedAt } }")
    #expect(try await gateway.owner.client.get(path).json["user_id"]?.string == "renamed")
  }

  /// Nothing that is no value may keep a trace from being cached.
  @Test func whatIsNoStringUnderTheKeyOfATraceIsReplaced() async throws {
    let key = "trace:detail:\(gateway.traceIDs[8])"
    try await gateway.redis.ask("DEL", key)
    try await gateway.redis.ask("RPUSH", key, "x")
    _ = try await gateway.owner.client.get("/api/v1/traces/\(gateway.traceIDs[8])")
    _ = try await stored(key)
  }

  private func generation(of workspace: String) async throws -> Int64 {
    let whole = Int64(try await gateway.redis.ask("GET", "gen:\(workspace)")) ?? 0
    return whole + (Int64(try await gateway.redis.ask("HGET", "gen:\(workspace):fields", "*")) ?? 0)
  }

  @Test(arguments: [
    "not json", "[1, 2", "[]", #"{"items": "none", "total": []}"#, "null", #"{"items": [{"id": 1}], "total": 1}"#,
    #"{"items": [{"id": "1"}], "total": 1}"#,
    #"{"items": [{"id": "6F9619FF-8B86-D011-B42D-00C04FC964FF"}], "total": 1}"#,
  ])
  func takesWhatDoesNotDecodeForAMiss(garbage: String) async throws {
    let key = "alerts:recent:\(gateway.owner.workspaceID):2:info"
    try await gateway.redis.ask("SET", key, garbage, "EX", "50")
    let answer = try await gateway.owner.client.graphQL("{ alerts(limit: 2, severity: info) { total items { id } } }")
    #expect(try answer.json["errors"] == nil)
    #expect(try answer.json["data"]?["alerts"]?["total"]?.int == 10)
  }

  /// What stands in the place of the generation is no reason to be without a cache for ever.
  @Test(arguments: ["x", "9223372036854775807", "-7"])
  func recoversFromADamagedGeneration(damage: String) async throws {
    let (workspace, client) = (gateway.owner.workspaceID, gateway.owner.client)
    let key = "alerts:recent:\(workspace):7:info"
    try await gateway.redis.ask("SET", "gen:\(workspace)", damage)
    try await Patience.wait(for: "a stored value") { () -> Bool? in
      #expect(try await client.graphQL("{ alerts(limit: 7, severity: info) { total } }").json["errors"] == nil)
      return try await gateway.redis.ask("EXISTS", key) == "1" ? true : nil
    }
    try await gateway.redis.ask("SET", "gen:\(workspace)", damage)
    let refreshed = try await client.graphQL("mutation { refresh { refreshedAt } }")
    #expect(try refreshed.json["errors"] == nil)
    let generation = Int64(try await gateway.redis.ask("GET", "gen:\(workspace)")) ?? 0
    #expect(generation > 1_700_000_000_000)
  }

  // MARK: - Wires

  @Test func asksEachServerOnceForAllFiveFields() async throws {
    let variables = DashboardQuery.variables(trace: gateway.traceIDs[5])
    // Connections greet and statements are prepared before anything is counted.
    for _ in 0..<8 { _ = try await gateway.owner.client.graphQL(DashboardQuery.allFields, variables: variables) }
    try await gateway.emptyCache()
    gateway.resetCounts()
    let answer = try await gateway.owner.client.graphQL(DashboardQuery.allFields, variables: variables)
    #expect(try answer.json["errors"] == nil)
    #expect(gateway.telemetryWire.counts.turns == 1)
    _ = try await stored("trace:detail:\(gateway.traceIDs[5])")
    // One turn to read, and one to write what was read after the answer was on its way.
    #expect(gateway.redisWire.counts.turns == 2)

    gateway.resetCounts()
    let again = try await gateway.owner.client.graphQL(DashboardQuery.allFields, variables: variables)
    #expect(again.text == answer.text)
    #expect(gateway.telemetryWire.counts.turns == 0)
    #expect(gateway.redisWire.counts.turns == 1)
  }

  @Test func asksOnceHoweverOftenAFieldIsSelected() async throws {
    let fields = (0..<50).map { "a\($0): alerts(limit: 9) { total }" }.joined(separator: " ")
    let query = "{ \(fields) }"
    _ = try await gateway.owner.client.graphQL(query)
    try await gateway.emptyCache()
    gateway.resetCounts()
    let answer = try await gateway.owner.client.graphQL(query)
    #expect(try answer.json["data"]?.members.count == 50)
    #expect(gateway.telemetryWire.counts.turns == 1)
  }

  // MARK: - Help

  private func listKey() async throws -> String {
    try await Patience.wait(for: "the list's key") {
      try await gateway.redis.keys(matching: "traces:list:\(gateway.owner.workspaceID):*").first
    }
  }

  private func stored(_ key: String) async throws -> JSONValue {
    let text = try await Patience.wait(for: key) { () -> String? in
      let text = try await gateway.redis.ask("GET", key)
      return text.isEmpty ? nil : text
    }
    return try JSONDocument(parsing: Array(text.utf8)).root
  }

  /// Every member of the body, at any depth, stands in the stored value, in the same words; it may have others besides.
  private func expectHolds(_ stored: JSONValue, _ body: JSONValue) throws {
    #expect(!body.members.isEmpty)
    for (key, value) in body.members {
      let kept = try #require(stored[key], "\(key)")
      switch value.kind {
      case .object: try expectHolds(kept, value)
      case .array where value.elements.first?.kind == .object:
        #expect(kept.elements.count == value.elements.count, "\(key)")
        for (kept, value) in zip(kept.elements, value.elements) { try expectHolds(kept, value) }
      default:
        #expect(String(decoding: kept.text, as: UTF8.self) == String(decoding: value.text, as: UTF8.self), "\(key)")
      }
    }
  }
}
