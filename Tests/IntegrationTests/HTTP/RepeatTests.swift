import JSON
import TestSupport
import Testing

/// Requests that come again byte by byte and are answered before they are parsed.
@Suite(.needsServers, .gateway, .serialized)
struct RepeatTests {
  private let gateway: GatewayUnderTest

  init() throws {
    gateway = try GatewayUnderTest.required()
  }

  private static let query = "{ alerts(limit: 9) { total } }"
  private static let body = #"{"data":{"alerts":{"total":30}}}"#

  @Test func saysWhatTheParsedOneWasAnswered() async throws {
    for fields in ["", "Accept-Encoding: br\r\n", "X-Request-ID: mine\r\n", "Origin: https://elsewhere.example\r\n"] {
      let request = RawHTTP.post(Self.query, token: gateway.owner.token, fields: fields)
      let connection = try Conversation(gateway)
      let first = try await connection.ask(request)
      let repeated = try await connection.askUntilRepeated(request)
      #expect(repeated.status == 200)
      #expect(repeated.body == first.body && first.body == Self.body)
      #expect(Self.stableFields(repeated) == Self.stableFields(first))
      #expect(Self.names(repeated) == Self.names(first))
      let again = try await connection.askUntilRepeated(request)
      #expect((Self.requestID(again) == Self.requestID(repeated)) == fields.contains("X-Request-ID"))
    }
  }

  /// A body may hold the bytes of a request that is known: nobody is answered for what is no request of his.
  @Test func takesNoBodyForARequest() async throws {
    let known = RawHTTP.post(Self.query, token: gateway.owner.token)
    let connection = try Conversation(gateway)
    _ = try await connection.askUntilRepeated(known)

    let foreign = "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    let plain = foreign + "Content-Length: \(known.utf8.count)\r\n\r\n"
    let chunked = foreign + "Transfer-Encoding: chunked\r\n\r\n\(String(known.utf8.count, radix: 16))\r\n"
    for (head, end) in [(plain, ""), (chunked, "\r\n0\r\n\r\n")] {
      let attack = try Conversation(gateway)
      for part in [head, known, end] where !part.isEmpty {
        try attack.send(part)
        // So that each is a read of its own.
        try await Task.sleep(for: .milliseconds(100))
      }
      let answer = try await attack.receive()
      #expect(answer.status == 401)
      #expect(!answer.body.contains("total"))
      // Nothing else was said: what comes next is the answer to what is asked next.
      try attack.send(RawHTTP.get("/nowhere"))
      #expect(try await attack.receive().status == 404)
    }
  }

  @Test func isRefusedAfterLogout() async throws {
    let login = #"{"email":"\#(gateway.stranger.email)","password":"\#(GatewayStand.password)"}"#
    let answer = try await gateway.anybody.post("/api/v1/auth/login", json: login)
    let token = try #require(answer.json["access_token"]?.string)
    let request = RawHTTP.post(Self.query, token: token)
    let connection = try Conversation(gateway)
    _ = try await connection.askUntilRepeated(request)
    _ = try await gateway.anybody.with([("Authorization", "Bearer \(token)")]).post("/api/v1/auth/logout", json: "")
    #expect(try await connection.ask(request).status == 401)
  }

  @Test func isComputedAnewAfterARefresh() async throws {
    let request = RawHTTP.post(Self.query, token: gateway.owner.token)
    let connection = try Conversation(gateway)
    _ = try await connection.askUntilRepeated(request)
    let refresh = try await gateway.owner.client.graphQL("mutation { refresh { refreshedAt } }")
    #expect(refresh.status == 200)
    let next = try await connection.ask(request)
    #expect(next.body == Self.body)
    #expect(!next.isRepeated)
  }

  /// A request that waits for the database is answered before the known one behind it.
  @Test func waitsForTheAnswersBeforeIt() async throws {
    let request = RawHTTP.post(Self.query, token: gateway.owner.token)
    let connection = try Conversation(gateway)
    _ = try await connection.askUntilRepeated(request)
    let query = "{ trace(traceId: \\\"\(gateway.traceIDs[0])\\\") { traceId } }"
    let slow = RawHTTP.post(query, token: gateway.owner.token)
    gateway.telemetryWire.delayReplies(by: .milliseconds(300))
    defer { gateway.telemetryWire.delayReplies(by: .zero) }
    try connection.send(slow)
    try await Task.sleep(for: .milliseconds(50))
    try connection.send(request)
    #expect(try await connection.receive().body.contains(gateway.traceIDs[0]))
    #expect(try await connection.receive().body == Self.body)
  }

  // MARK: - Fields

  private static let changing: Set = ["date", "x-request-id", "server-timing", "cache-control"]

  private static func lines(_ answer: RawHTTP.Answer) -> [(name: String, line: String)] {
    answer.head.split(separator: "\r\n").dropFirst().map { line in
      (line.prefix { $0 != ":" }.lowercased(), String(line))
    }
  }

  private static func stableFields(_ answer: RawHTTP.Answer) -> Set<String> {
    Set(lines(answer).filter { !changing.contains($0.name) }.map(\.line))
  }

  private static func names(_ answer: RawHTTP.Answer) -> [String] { lines(answer).map(\.name).sorted() }

  private static func requestID(_ answer: RawHTTP.Answer) -> String? {
    lines(answer).first { $0.name == "x-request-id" }?.line
  }
}

extension RawHTTP.Answer {
  /// In a head that was kept, what is written anew comes last, the times first.
  fileprivate var isRepeated: Bool {
    let names = head.split(separator: "\r\n").map { $0.prefix { $0 != ":" }.lowercased() }
    guard let times = names.firstIndex(of: "server-timing") else { return false }
    return names.dropFirst(times + 1).contains("cache-control")
  }
}

/// One connection, whose answers are read one by one.
private final class Conversation {
  private let socket: LoopbackSocket
  private var received: [UInt8] = []

  init(_ gateway: GatewayUnderTest) throws {
    socket = try LoopbackSocket(connectingTo: gateway.anybody.port)
  }

  func send(_ text: String) throws { try socket.send(Array(text.utf8)) }

  func receive() async throws -> RawHTTP.Answer {
    while true {
      if let answer = try RawHTTP.answers(in: received).first {
        let length = answer.head.utf8.count + 4 + answer.body.utf8.count
        if received.count >= length, try isWhole(answer) {
          received.removeFirst(length)
          return answer
        }
      }
      let part = try await socket.receive()
      guard !part.isEmpty else { throw TestFailure("the connection has ended; it said: \(received)") }
      received += part
    }
  }

  func ask(_ request: String) async throws -> RawHTTP.Answer {
    try send(request)
    return try await receive()
  }

  /// Asks until the answer is one that was kept.
  func askUntilRepeated(_ request: String) async throws -> RawHTTP.Answer {
    try await Patience.wait(for: "a repeated answer") {
      let answer = try await ask(request)
      return answer.isRepeated ? answer : nil
    }
  }

  private func isWhole(_ answer: RawHTTP.Answer) throws -> Bool {
    let line = answer.head.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
    return line.flatMap { Int($0.filter(\.isNumber)) } == answer.body.utf8.count
  }
}
