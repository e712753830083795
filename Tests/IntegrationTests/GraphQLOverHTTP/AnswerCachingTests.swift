import Foundation
import JSON
import TestSupport
import Testing

/// What answers say of how long they are good, and of how they came about.
@Suite(.needsServers, .gateway, .serialized)
struct AnswerCachingTests {
  private let gateway: GatewayUnderTest

  init() throws {
    gateway = try GatewayUnderTest.required()
  }

  private static let alerts = "/graphql?query=%7Balerts%7Btotal%7D%7D"
  private static let introspection = "/graphql?query=%7B__schema%7BqueryType%7Bname%7D%7D%7D"
  private static let rest = "/api/v1/metrics/home-kpis?range=24h"

  // MARK: - Cache-Control

  @Test func theSmallestRemainingTimeCounts() async throws {
    let client = gateway.owner.client
    try await gateway.emptyCache()
    // Computed now: the full time of the field that has the least, activity's.
    let fresh = try await client.get("/graphql?documentId=dashboard")
    #expect(fresh["cache-control"] == "private, max-age=30")
    let key = "alerts:recent:\(gateway.owner.workspaceID):10:all"
    try await gateway.waitUntilStored(key)
    try await gateway.redis.ask("EXPIRE", key, "20")
    let later = try await client.get("/graphql?documentId=dashboard")
    #expect((10...20).contains(try #require(Self.maxAge(later))))
    let alone = try await client.get("/api/v1/alerts/recent")
    #expect((10...20).contains(try #require(Self.maxAge(alone))))
    #expect(try await client.get(Self.rest)["cache-control"]?.hasPrefix("private, max-age=") == true)
  }

  /// Seconds, of an answer that only its caller may keep.
  private static func maxAge(_ answer: HTTPAnswer) -> Int? {
    guard let text = answer["cache-control"], text.hasPrefix("private, max-age=") else { return nil }
    return Int(text.dropFirst("private, max-age=".count))
  }

  @Test func whatIsNotCachedIsAskedForAgain() async throws {
    let answer = try await gateway.owner.client.get(Self.introspection)
    #expect(answer.status == 200)
    #expect(answer["cache-control"] == "private, no-cache")
    #expect(answer["etag"] != nil)
  }

  @Test func errorsAndMutationsAreNotKept() async throws {
    let client = gateway.owner.client
    for target in [
      "/graphql?query=%7Bnothing%7D", "/graphql?query=%7Btraces(range:%221x%22)%7Btotal%7D%7D",
      "/graphql?documentId=none", "/api/v1/metrics/home-kpis?range=9h", "/api/v1/traces/none", "/nowhere",
    ] {
      let answer = try await client.get(target)
      #expect(answer["cache-control"] == "no-store", "\(target)")
      #expect(answer["etag"] == nil, "\(target)")
    }
    let mutation = try await client.graphQL("mutation { refresh { refreshedAt } }")
    #expect(mutation["cache-control"] == "no-store")
    #expect(try await gateway.anybody.get(Self.alerts)["cache-control"] == "no-store")
  }

  @Test func aPostSaysHowLongItsAnswerIsGoodAndIsNeverConditional() async throws {
    let client = gateway.owner.client
    let tag = try await client.get(Self.alerts, fields: [("Accept", "application/json")])["etag"] ?? ""
    let answer = try await client.post(
      "/graphql",
      json: #"{"query":"{alerts{total}}"}"#,
      fields: [("If-None-Match", tag), ("Accept", "application/json")]
    )
    #expect(answer.status == 200)
    #expect(answer["cache-control"]?.hasPrefix("private, max-age=") == true)
    #expect(answer["etag"] == nil)
  }

  // MARK: - ETag

  @Test(arguments: [alerts, introspection, rest])
  func answersWhatIsKnownWith304(target: String) async throws {
    let client = gateway.owner.client
    let first = try await client.get(target)
    let tag = try #require(first["etag"])
    #expect(first.status == 200)
    for form in [tag, "W/\(tag)", "\"other\", \(tag)"] {
      let again = try await client.get(target, fields: [("If-None-Match", form)])
      #expect(again.status == 304, "\(form)")
      #expect(again.body.isEmpty)
      #expect(again["content-type"] == nil)
      #expect(again["cache-control"]?.hasPrefix("private") == true)
      #expect(again["vary"]?.contains("Authorization") == true)
      #expect(again["etag"] == (form.hasPrefix("W/") ? form : tag))
    }
    #expect(try await client.get(target, fields: [("If-None-Match", "\"other\"")]).text == first.text)
    let head = try await client.send("HEAD", target)
    #expect(head["etag"] == tag)
  }

  @Test func theTypesOfAnAnswerHaveDifferentTags() async throws {
    let client = gateway.owner.client
    let old = try await client.get(Self.alerts, fields: [("Accept", "application/json")])
    let modern = try await client.get(Self.alerts, fields: [("Accept", "application/graphql-response+json")])
    #expect(old.text == modern.text)
    #expect(old["etag"] != modern["etag"])
    #expect(old["vary"]?.contains("Accept") == true)
  }

  @Test(arguments: [alerts, rest, "/api/v1/alerts/recent", "/graphql?documentId=dashboard"])
  func anothersTagIsNotOnesOwn(target: String) async throws {
    let owners = try await gateway.owner.client.get(target)
    let tag = try #require(owners["etag"])
    let strangers = try await gateway.stranger.client.get(target, fields: [("If-None-Match", tag)])
    #expect(strangers.status == 200)
    #expect(strangers["etag"] != tag)
    #expect(strangers.text != owners.text)
    #expect(strangers["vary"]?.contains("Authorization") == true)
    #expect(try await gateway.anybody.get(target, fields: [("If-None-Match", tag)]).status == 401)
  }

  @Test func theInternalListenerVariesByItsContext() async throws {
    let context = [("X-Workspace-ID", gateway.owner.workspaceID), ("X-User-ID", gateway.owner.userID)]
    let answer = try await gateway.inside.with(context).get("/api/v1/alerts/recent")
    #expect(answer["vary"]?.contains("X-Workspace-ID, X-User-ID") == true)
  }

  // MARK: - Server-Timing, extensions

  @Test func everyAnswerSaysWhereItsTimeWent() async throws {
    let client = gateway.owner.client
    for answer in [try await client.get(Self.alerts), try await client.get(Self.rest)] {
      let timing = try #require(answer["server-timing"])
      let names = timing.components(separatedBy: ", ").map { $0.components(separatedBy: ";dur=")[0] }
      #expect(names == ["plan", "cache", "db", "total"])
    }
    let refused = try await client.get("/graphql?query=%7B")
    #expect(refused["server-timing"]?.hasPrefix("total;dur=") == true)
    let unknown = try await gateway.owner.client.get("/api/v1/traces/nothing")
    #expect(unknown.status == 404)
    #expect(unknown["server-timing"]?.hasPrefix("total;dur=") == true)
  }

  @Test func anExplainedAnswerSaysHowItCameAbout() async throws {
    let client = gateway.owner.client.with([("X-Tracegate-Explain", "1")])
    try await gateway.emptyCache()
    let query = """
      { list: alerts(limit: 7) { items { id } } homeKpis { totalRequests { value } }
        __schema { queryType { name } } }
      """
    let cold = try await client.graphQL(query)
    #expect(cold["cache-control"] == "no-store")
    let report = try #require(try cold.json["extensions"]?["tracegate"])
    #expect(report.members.map(\.key) == ["planning", "execution", "cost", "fields"])
    #expect(report["cost"]?.int ?? 0 > 0)
    let fields = report["fields"]?.elements ?? []
    #expect(fields.map { $0["field"]?.string } == ["Query.alerts", "Query.homeKpis", "Query.__schema"])
    #expect(fields.map { $0["source"]?.string } == ["database", "database", "introspection"])
    #expect(fields.map { $0["path"]?.elements.first?.string } == ["list", "homeKpis", "__schema"])
    #expect(fields.map { $0["rows"]?.int } == [7, 1, 1])
    #expect(fields.map { $0["ttlSeconds"]?.number } == ["60.0", "300.0", nil])

    try await gateway.waitUntilStored("alerts:recent:\(gateway.owner.workspaceID):7:all")
    try await gateway.waitUntilStored("home_kpis:\(gateway.owner.workspaceID):24h")
    let warm = try await client.graphQL(query)
    let warmFields = try warm.json["extensions"]?["tracegate"]?["fields"]?.elements ?? []
    #expect(warmFields.map { $0["source"]?.string } == ["redis", "redis", "introspection"])
    #expect(warmFields.first?["ageSeconds"]?.kind == .number)
    #expect(try warm.json["data"]?.text.elementsEqual(cold.json["data"]?.text ?? []) == true)
  }

  @Test func nobodyIsToldUnasked() async throws {
    #expect(try await gateway.owner.client.graphQL("{ alerts { total } }").json["extensions"] == nil)
    let mutation = try await gateway.owner.client.with([("X-Tracegate-Explain", "1")]).graphQL(
      "mutation { refresh { refreshedAt } }"
    )
    let field = try mutation.json["extensions"]?["tracegate"]?["fields"]?.elements.first
    #expect(field?["source"]?.string == "mutation")
  }
}
