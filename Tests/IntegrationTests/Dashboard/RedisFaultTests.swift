import JSON
import TestSupport
import Testing

/// What happens on the way to Redis: silence, slowness, ends in the middle, nonsense. PostgreSQL answers meanwhile.
@Suite(
  .needsServers,
  GatewayTrait(environment: ["REDIS_TIMEOUT_MS": "100", "REQUEST_TIMEOUT_MS": "3000"]),
  .serialized
)
struct RedisFaultTests {
  private let gateway: GatewayUnderTest

  init() throws {
    gateway = try GatewayUnderTest.required()
  }

  private static let document =
    "{ alerts(limit: 11) { total items { id } } homeKpis(range: \"7d\") { errorRate { trend } } }"

  @Test func silenceCostsTheFirstCallsTheirDeadlineAndTheOthersNothing() async throws {
    let (timeouts, refusals) = try await countsOfSilence(requests: 60)
    #expect(timeouts <= 8)
    #expect(refusals >= 40)
  }

  /// One deadline, not one for each place where values are looked for.
  @Test func aRequestWaitsForASilentRedisOnce() async throws {
    #expect(try await countsOfSilence(requests: 1).timeouts == 1)
  }

  @Test func aSlowRedisIsTakenForOneThatIsAway() async throws {
    let expected = try await warm()
    gateway.redisWire.delayReplies(by: .milliseconds(400))
    let before = try await RedisCounts(gateway)
    try await ask(60, expecting: expected)
    let after = try await RedisCounts(gateway)
    #expect(after.timeouts > before.timeouts)
    #expect(after.refusals > before.refusals)
    gateway.redisWire.delayReplies(by: .zero)
    try await recover()
  }

  @Test(arguments: [0, 1, 9, 200])
  func aReplyThatEndsInTheMiddleIsAMiss(bytes: Int) async throws {
    let expected = try await warm()
    for _ in 0..<5 {
      gateway.redisWire.cutAfterReplyBytes(bytes)
      try await ask(4, expecting: expected)
    }
    try await recover()
  }

  @Test(arguments: [
    "HTTP/1.1 200 OK\r\n\r\n", "$99999999999999\r\n", "*-7\r\n", ":1\r\n:2\r\n:3\r\n", "\u{0}\u{1}\u{2}",
  ])
  func nonsenseIsAMiss(text: String) async throws {
    let expected = try await warm()
    for _ in 0..<3 {
      gateway.redisWire.replaceNextReply(with: Array(text.utf8))
      try await ask(4, expecting: expected)
    }
    try await recover()
  }

  @Test(arguments: ["alerts:recent:{}:11:all", "home_kpis:{}:7d", "gen:{}", "gen:{}:fields", "idx:{}"])
  func anotherTypeUnderAKeyIsAMiss(pattern: String) async throws {
    let expected = try await warm()
    let key = pattern.split(separator: "{}", omittingEmptySubsequences: false).joined(
      separator: gateway.owner.workspaceID
    )
    try await gateway.redis.ask("DEL", key)
    try await gateway.redis.ask("ZADD", key, "1", "x")
    try await ask(4, expecting: expected)
    try await gateway.redis.ask("DEL", "idx:\(gateway.owner.workspaceID)")
    try await recover()
  }

  /// What is cached answers; what is not says so in its time, and is answered again afterwards.
  @Test func postgreSQLSilentMeanwhile() async throws {
    let expected = try await warm()
    gateway.telemetryWire.pause()
    #expect(try await gateway.owner.client.graphQL(Self.document).text == expected)
    let other = try await gateway.owner.client.graphQL(
      "{ alerts(limit: 12) { total } again: alerts(limit: 11) { total } }"
    )
    #expect(other.status == 200)
    #expect(try other.json["data"]?["alerts"]?.isNull == true)
    #expect(try other.json["data"]?["again"]?["total"]?.int == 30)
    #expect(try other.json["errors"]?.elements.first?["extensions"]?["code"]?.string == "DEADLINE_EXCEEDED")
    // And Redis besides.
    gateway.redisWire.pause()
    _ = try await gateway.owner.client.graphQL("{ alerts(limit: 13) { total } }")
    gateway.redisWire.resume()
    gateway.telemetryWire.resume()
    try await Patience.wait(for: "PostgreSQL") {
      try await gateway.owner.client.graphQL("{ alerts(limit: 12) { total } }").json["errors"] == nil ? true : nil
    }
    try await recover()
  }

  // MARK: - Help

  /// How often Redis did not answer, and was not asked, while it says nothing to so many requests. Each has its answer.
  private func countsOfSilence(requests: Int) async throws -> (timeouts: Int, refusals: Int) {
    let expected = try await warm()
    gateway.redisWire.pause()
    // Memory answers for another moment, without asking.
    try await Task.sleep(for: .milliseconds(150))
    let before = try await RedisCounts(gateway)
    try await ask(requests, expecting: expected)
    let after = try await RedisCounts(gateway)
    gateway.redisWire.resume()
    try await recover()
    return (after.timeouts - before.timeouts, after.refusals - before.refusals)
  }

  /// Asks until everything is in Redis, and gives the answer.
  private func warm() async throws -> String {
    try await recover()
    return try await gateway.owner.client.graphQL(Self.document).text
  }

  private func ask(_ count: Int, expecting expected: String) async throws {
    for _ in 0..<count {
      let answer = try await gateway.owner.client.graphQL(Self.document)
      #expect(answer.status == 200)
      #expect(answer.text == expected)
    }
  }

  /// Until Redis is read and written again.
  private func recover() async throws {
    let key = "alerts:recent:\(gateway.owner.workspaceID):11:all"
    try await gateway.redis.ask("DEL", key)
    try await Patience.wait(for: "a value in Redis") { () -> Bool? in
      _ = try await gateway.owner.client.graphQL(Self.document)
      return try await gateway.redis.ask("TYPE", key) == "string" ? true : nil
    }
  }
}
