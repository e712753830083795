import JSON
import TestSupport
import Testing

/// Answers given on the event loop, beside those that take the ordinary way on the same connection.
@Suite(.needsServers, .gateway, .serialized)
struct FastPathTests {
  private let gateway: GatewayUnderTest

  init() throws {
    gateway = try GatewayUnderTest.required()
  }

  private static let warm = "{ alerts(limit: 7) { total } }"
  private static let warmAnswer = #"{"data":{"alerts":{"total":30}}}"#

  /// Whatever way each takes, answers come in the order of their requests (RFC 9112 section 9.3.2).
  @Test func pipelinedRequestsAreAnsweredInOrder() async throws {
    try await fill(Self.warm)
    let requests = [
      post(Self.warm), RawHTTP.get("/health"), post(Self.warm), post("{ alerts(limit: 3) { items { severity } } }"),
      post(Self.warm), post("{ nothing }"), post(Self.warm, last: true),
    ]
    let answers = try answers(in: try await gateway.anybody.exchange(Array(requests.joined().utf8)))
    #expect(answers.count == requests.count)
    for index in [0, 2, 4, 6] where index < answers.count { #expect(answers[index] == Self.warmAnswer) }
    #expect(answers.count > 1 && answers[1].contains("healthy"))
    #expect(answers.count > 5 && answers[5].contains(#"Cannot query field \"nothing\""#))
  }

  /// A body in many pieces is one request; one that never becomes whole harms nobody.
  @Test func waitsForTheWholeRequest() async throws {
    try await fill(Self.warm)
    let request = Array(post(Self.warm, last: true).utf8)
    let socket = try LoopbackSocket(connectingTo: gateway.anybody.port)
    for start in stride(from: 0, to: request.count, by: 40) {
      try socket.send(Array(request[start..<min(start + 40, request.count)]))
      try await Task.sleep(for: .milliseconds(2))
    }
    var bytes: [UInt8] = []
    while case let part = try await socket.receive(), !part.isEmpty { bytes += part }
    #expect(try answers(in: bytes) == [Self.warmAnswer])

    let broken = try LoopbackSocket(connectingTo: gateway.anybody.port)
    try broken.send(Array(request.dropLast(5)))
    _ = consume broken
    #expect(try await gateway.owner.client.graphQL(Self.warm).text == Self.warmAnswer)
  }

  /// Both ways give the same fields, apart from what tells one answer from the next.
  @Test func saysWhatTheOrdinaryWaySays() async throws {
    try await fill(Self.warm)
    let fast = try await gateway.owner.client.graphQL(Self.warm)
    // Whatever is said of the content's coding takes the ordinary way.
    let ordinary = try await gateway.owner.client.with([("Content-Encoding", "identity")]).graphQL(Self.warm)
    #expect(fast.text == ordinary.text)
    let own: Set = ["date", "x-request-id", "server-timing", "cache-control"]
    let fields = { (answer: HTTPAnswer) in
      Set(answer.fields.filter { !own.contains($0.name) }.map { "\($0.name): \($0.value)" })
    }
    #expect(fields(fast) == fields(ordinary))
    #expect(Set(fast.fields.map(\.name)) == Set(ordinary.fields.map(\.name)))
  }

  /// A close among other options, or on a line of its own, ends the connection, and the answer says so.
  @Test(arguments: ["close, x", "keep-alive\r\nConnection: close", "CLOSE"])
  func endsTheConnectionThatIsAskedToEnd(option: String) async throws {
    try await fill(Self.warm)
    for line in ["", "Content-Encoding: identity\r\n"] {
      let fields = "Connection: \(option)\r\n\(line)Host:"
      let request = post(Self.warm).replacing("Host:", with: fields, maxReplacements: 1)
      let bytes = try await gateway.anybody.exchange(Array(request.utf8))
      #expect(try answers(in: bytes) == [Self.warmAnswer])
      #expect(String(decoding: bytes, as: UTF8.self).lowercased().contains("\r\nconnection: close\r\n"))
    }
  }

  @Test func answersEachWithItsOwnData() async throws {
    try await fill(Self.warm)
    for _ in 0..<3 {
      #expect(try await gateway.stranger.client.graphQL(Self.warm).text == #"{"data":{"alerts":{"total":0}}}"#)
      #expect(try await gateway.owner.client.graphQL(Self.warm).text == Self.warmAnswer)
    }
    #expect(try await gateway.anybody.graphQL(Self.warm).status == 401)
  }

  // MARK: - Requests and answers as bytes

  private func post(_ query: String, last: Bool = false) -> String {
    RawHTTP.post(query, token: gateway.owner.token, fields: last ? "Connection: close\r\n" : "")
  }

  private func answers(in bytes: [UInt8]) throws -> [String] { try RawHTTP.answers(in: bytes).map(\.body) }

  /// Asks until memory answers.
  private func fill(_ query: String) async throws {
    try await Patience.wait(for: "an answer from memory") { () -> Bool? in
      gateway.resetCounts()
      _ = try await gateway.owner.client.graphQL(query)
      return gateway.redisWire.counts.turns == 0 && gateway.telemetryWire.counts.turns == 0 ? true : nil
    }
  }
}
