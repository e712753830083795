import Foundation
import Glibc
import JSON
import TestSupport
import Testing

/// A gateway whose servers go and come back.
@Suite(.needsServers, .serialized)
struct OutageTests {
  @Test func answersFromTheCacheWithoutPostgreSQL() async throws {
    try await OutageStand.run { stand, gateway in
      let client = gateway.owner.client
      let before = try await client.graphQL(DashboardQuery.document)
      #expect(try before.json["errors"] == nil)
      try await stand.waitUntilCached(gateway)

      await stand.stopPostgres()
      let cached = try await client.graphQL(DashboardQuery.document)
      #expect(cached.status == 200)
      #expect(cached.text == before.text)
      let rest = try await client.get("/api/v1/metrics/home-kpis?range=24h")
      #expect(rest.status == 200)

      // What is not cached cannot be had, and says so; the rest of the answer stands.
      let mixed = try await client.graphQL(#"{ alerts { total } homeKpis(range: "7d") { totalRequests { value } } }"#)
      let root = try mixed.json
      #expect(root["data"]?["alerts"]?["total"]?.int == 30)
      #expect(root["data"]?["homeKpis"]?.isNull == true)
      #expect(root["errors"]?.elements.count == 1)
      #expect(root["errors"]?.elements.first?["extensions"]?["code"]?.string == "SERVICE_UNAVAILABLE")
      let absent = try await client.get("/api/v1/metrics/home-kpis?range=7d")
      #expect(absent.status == 503)
      #expect(try absent.json.members.map(\.key) == ["detail"])
      #expect(!absent.text.contains("127.0.0.1"))

      // Once in five seconds, however many ask.
      for _ in 0..<30 { _ = try await client.get("/api/v1/metrics/home-kpis?range=7d") }
      let lines = gateway.program.errorsSoFar.split(separator: "\n").filter { $0.contains("is not available") }
      #expect((1...15).contains(lines.count), "\(lines)")

      try await stand.startPostgres()
      try await Patience.wait(for: "the gateway to find PostgreSQL again") {
        try await client.get("/api/v1/metrics/home-kpis?range=7d").status == 200 ? true : nil
      }
    }
  }

  @Test func answersFromPostgreSQLWithoutRedis() async throws {
    try await OutageStand.run { stand, gateway in
      let client = gateway.owner.client
      let before = try await client.graphQL(DashboardQuery.document, variables: #"{"range":"30d"}"#)
      await stand.stopRedis()
      let without = try await client.graphQL(DashboardQuery.document, variables: #"{"range":"30d"}"#)
      #expect(without.status == 200)
      #expect(try without.json["errors"] == nil)
      #expect(
        try without.json["data"]?["alerts"]?["total"]?.int == before.json["data"]?["alerts"]?["total"]?.int
      )
      #expect(try await client.get("/api/v1/traces/\(gateway.traceIDs[0])").status == 200)

      try await stand.startRedis()
      try await Patience.wait(for: "the gateway to use Redis again") {
        _ = try await client.graphQL("{ activity { total } }")
        let key = "activity:stream:\(gateway.owner.workspaceID):50"
        return try await gateway.redis.ask("EXISTS", key) == "1" ? true : nil
      }
    }
  }

  /// Killed, restarted with nothing in it, frozen, full: each time PostgreSQL answers, and afterwards Redis is used again.
  @Test func answersWhateverHappensToRedis() async throws {
    try await OutageStand.run(environment: ["REDIS_TIMEOUT_MS": "100"]) { stand, gateway in
      let client = gateway.owner.client
      let expected = try await client.graphQL(Self.query).text
      try await expectRecovery(gateway)

      stand.signalRedis(SIGKILL)
      try await expectAnswers(expected, gateway)
      await stand.stopRedis()
      try await stand.startRedis()
      try await expectRecovery(gateway)

      stand.signalRedis(SIGSTOP)
      try await expectAnswers(expected, gateway)
      // Those at that moment have waited for their deadline; the others are refused at once.
      let before = try await RedisCounts(gateway)
      try await expectAnswers(expected, gateway)
      let after = try await RedisCounts(gateway)
      #expect(after.timeouts - before.timeouts <= 8)
      #expect(after.refusals - before.refusals >= 40)
      stand.signalRedis(SIGCONT)
      try await expectRecovery(gateway)

      try await gateway.redis.ask("CONFIG", "SET", "maxmemory", "1")
      try await gateway.redis.ask("FLUSHALL")
      try await expectAnswers(expected, gateway)
      try await gateway.redis.ask("CONFIG", "SET", "maxmemory", "0")
      try await expectRecovery(gateway)
    }
  }

  private static let query = "{ alerts(limit: 7) { total items { id title } } activity(limit: 3) { items { id } } }"

  /// More requests than would wait for a deadline each, and none that fails.
  private func expectAnswers(_ expected: String, _ gateway: GatewayUnderTest) async throws {
    try await withThrowingTaskGroup(of: HTTPAnswer.self) { group in
      for _ in 0..<40 { group.addTask { try await gateway.owner.client.graphQL(Self.query) } }
      for try await answer in group {
        #expect(answer.status == 200)
        #expect(answer.text == expected)
      }
    }
    for _ in 0..<10 { #expect(try await gateway.owner.client.graphQL(Self.query).text == expected) }
  }

  private func expectRecovery(_ gateway: GatewayUnderTest) async throws {
    let key = "alerts:recent:\(gateway.owner.workspaceID):7:all"
    try await Patience.wait(for: "a value in Redis") { () -> Bool? in
      _ = try await gateway.owner.client.graphQL(Self.query)
      return try await gateway.redis.ask("EXISTS", key) == "1" ? true : nil
    }
  }

  /// A Redis that refuses writes keeps the generation down; what was written must not stay hidden until values expire.
  @Test func tellsTheCachesOfAnAcknowledgedAlertWhenRedisTakesWritesAgain() async throws {
    try await OutageStand.run { _, gateway in
      let client = gateway.owner.client
      let list = "{ alerts(limit: 1) { items { id acknowledgedAt } } }"
      let alert = { (answer: HTTPAnswer) in try answer.json["data"]?["alerts"]?["items"]?.elements.first }
      let id = try #require(try alert(try await client.graphQL(list))?["id"]?.string)
      try await gateway.waitUntilStored("alerts:recent:\(gateway.owner.workspaceID):1:all")
      try await gateway.redis.ask("CONFIG", "SET", "maxmemory", "1")
      let done = try await client.graphQL("mutation { acknowledgeAlert(id: \"\(id)\") { acknowledgedAt } }")
      #expect(try done.json["errors"] == nil, "\(done.text)")
      try await gateway.redis.ask("CONFIG", "SET", "maxmemory", "0")
      try await Patience.wait(for: "the acknowledged alert") {
        try alert(try await client.graphQL(list))?["acknowledgedAt"]?.string
      }
    }
  }

  @Test func tellsTheCachesOfAnAcknowledgedAlertAlsoWhenItEndsMeanwhile() async throws {
    try await OutageStand.run { _, gateway in
      let list = try await gateway.owner.client.graphQL("{ alerts(limit: 2) { items { id } } }").json
      let id = try #require(list["data"]?["alerts"]?["items"]?.elements.last?["id"]?.string)
      let generation = { Int64(try await gateway.redis.ask("GET", "gen:\(gateway.owner.workspaceID)")) ?? 0 }
      let before = try await generation()
      try await gateway.withAnother { another in
        try await gateway.redis.ask("CONFIG", "SET", "maxmemory", "1")
        _ = try await another.client.graphQL("mutation { acknowledgeAlert(id: \"\(id)\") { id } }")
        #expect(try await generation() == before)
        try await gateway.redis.ask("CONFIG", "SET", "maxmemory", "0")
      }
      #expect(try await generation() > before)
    }
  }
}
