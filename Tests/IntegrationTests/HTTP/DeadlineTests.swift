import JSON
import TestSupport
import Testing

/// SQL that takes too long, or that nobody waits for any more, is ended where it runs.
@Suite(
  .needsServers,
  GatewayTrait(environment: ["REQUEST_TIMEOUT_MS": "60000", "DB_STATEMENT_TIMEOUT_MS": "120000"]),
  .serialized
)
struct AbandonedRequestTests {
  private let gateway: GatewayUnderTest

  init() throws {
    gateway = try GatewayUnderTest.required()
  }

  @Test func closingTheConnectionCancelsItsSQL() async throws {
    try await LockedAlerts.hold(gateway) { lock in
      var socket: LoopbackSocket? = try lock.ask()
      try await lock.wait(forBlocked: 1)
      withExtendedLifetime(socket) {}
      socket = nil
      try await lock.wait(forBlocked: 0)
    }
  }

  @Test func closingTheConnectionCancelsTheSQLOfREST() async throws {
    try await LockedAlerts.hold(gateway) { lock in
      var socket: LoopbackSocket? = try lock.askREST()
      try await lock.wait(forBlocked: 1)
      withExtendedLifetime(socket) {}
      socket = nil
      try await lock.wait(forBlocked: 0)
    }
  }

  @Test func keepsWhatAnotherRequestWaitsFor() async throws {
    try await LockedAlerts.hold(gateway) { lock in
      var first: LoopbackSocket? = try lock.ask()
      try await lock.wait(forBlocked: 1)
      let second = try lock.ask()
      // The second has asked Redis and boarded once its miss is counted.
      try await Patience.wait(for: "the second request") {
        gateway.redisWire.counts.turns >= lock.redisBefore + 2 ? true : nil
      }
      withExtendedLifetime(first) {}
      first = nil
      try await lock.release()
      var answer = ""
      while !answer.contains(#"{"data":{"alerts":{"total":30}}}"#) {
        let part = try await second.receive()
        guard !part.isEmpty else { throw TestFailure("the answer ends early: \(answer)") }
        answer += String(decoding: part, as: UTF8.self)
      }
    }
  }
}

@Suite(.needsServers, GatewayTrait(environment: ["REQUEST_TIMEOUT_MS": "300"]), .serialized)
struct DeadlineTests {
  private let gateway: GatewayUnderTest

  init() throws {
    gateway = try GatewayUnderTest.required()
  }

  @Test func endsARequestInTimeAndItsSQLWithIt() async throws {
    try await LockedAlerts.hold(gateway) { lock in
      let answer = try await gateway.owner.client.graphQL("{ __typename alerts { total } }")
      #expect(answer.status == 200)
      let root = try answer.json
      #expect(root["data"]?["__typename"]?.string == "Query")
      #expect(root["data"]?["alerts"]?.isNull == true)
      #expect(root["errors"]?.elements.map { $0["extensions"]?["code"]?.string } == ["DEADLINE_EXCEEDED"])
      try await lock.wait(forBlocked: 0)

      let rest = try await gateway.owner.client.get("/api/v1/alerts/recent")
      #expect(rest.status == 503)
      #expect(rest.text == #"{"detail":"The request took too long; ask for less or try again."}"#)
      try await lock.wait(forBlocked: 0)
    }
  }

  /// Also where the request looks as if it could be answered at once.
  @Test func aBodyThatDoesNotComeIsNotWaitedFor() async throws {
    let head =
      "POST /graphql HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
      + "Content-Type: application/json\r\nContent-Length: 90\r\n"
    let token = "Authorization: Bearer \(gateway.owner.token)\r\n"
    let late = try await gateway.anybody.exchange(Array((head + token + "\r\n{").utf8))
    #expect(String(decoding: late.prefix(12), as: UTF8.self) == "HTTP/1.1 408")
    let unknown = try await gateway.anybody.exchange(Array((head + "\r\n{").utf8))
    #expect(String(decoding: unknown.prefix(12), as: UTF8.self) == "HTTP/1.1 401")
  }
}

@Suite(.needsServers, GatewayTrait(environment: ["DB_STATEMENT_TIMEOUT_MS": "300"]), .serialized)
struct StatementTimeoutTests {
  @Test func namesTheDeadlineThatPostgreSQLHolds() async throws {
    let gateway = try GatewayUnderTest.required()
    try await LockedAlerts.hold(gateway) { _ in
      let answer = try await gateway.owner.client.graphQL("{ alerts { total } }")
      #expect(answer.status == 200)
      #expect(
        answer.text == #"{"data":{"alerts":null},"errors":[{"message":"The database took too long; ask for less or "#
          + #"try again.","locations":[{"line":1,"column":3}],"path":["alerts"],"#
          + #""extensions":{"code":"DEADLINE_EXCEEDED"}}]}"#
      )
      #expect(try await gateway.owner.client.get("/api/v1/alerts/recent").status == 503)
    }
  }
}

/// The table of alerts, locked by somebody else, so that whoever reads it waits.
private struct LockedAlerts {
  let gateway: GatewayUnderTest
  let redisBefore: Int

  static func hold(_ gateway: GatewayUnderTest, _ body: (LockedAlerts) async throws -> Void) async throws {
    try await gateway.emptyCache()
    let psql = try await Program(
      "psql",
      [gateway.postgres.url, "-Xq", "-c", "BEGIN; LOCK TABLE alerts IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(120)"],
      environment: ["PGAPPNAME": "locker"]
    )
    let lock = LockedAlerts(gateway: gateway, redisBefore: gateway.redisWire.counts.turns)
    do {
      try await Patience.wait(for: "the lock") {
        try await lock.count("application_name = 'locker' AND wait_event = 'PgSleep'") == 1 ? true : nil
      }
      try await body(lock)
    } catch {
      try await lock.release()
      await psql.stop()
      throw error
    }
    try await lock.release()
    await psql.stop()
  }

  func release() async throws {
    try await gateway.postgres.rows(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'locker'"
    )
  }

  /// Asks for alerts and does not wait for the answer.
  func ask() throws -> LoopbackSocket {
    let body = #"{"query":"{ alerts { total } }"}"#
    return try send("POST /graphql", "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n", body)
  }

  func askREST() throws -> LoopbackSocket {
    try send("GET /api/v1/alerts/recent", "", "")
  }

  private func send(_ start: String, _ fields: String, _ body: String) throws -> LoopbackSocket {
    let socket = try LoopbackSocket(connectingTo: gateway.anybody.port)
    let head = "\(start) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(gateway.owner.token)\r\n\(fields)\r\n"
    try socket.send(Array((head + body).utf8))
    return socket
  }

  /// Waits until so many statements on alerts wait for the lock.
  func wait(forBlocked count: Int) async throws {
    try await Patience.wait(for: "\(count) statements that wait for the lock") {
      try await self.count("wait_event_type = 'Lock' AND query LIKE '%alerts%'") == count ? true : nil
    }
  }

  private func count(_ condition: String) async throws -> Int? {
    Int(
      try await gateway.postgres.value(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND \(condition)"
      )
    )
  }
}
