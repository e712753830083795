import Foundation
import TestSupport
import Testing

/// Bytes that are no request are answered like everything else that is wrong, and once.
@Suite(.needsServers, .gateway, .serialized)
struct HardeningTests {
  private let gateway: GatewayUnderTest

  init() throws {
    gateway = try GatewayUnderTest.required()
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: String
    /// One for each answer.
    let statuses: [Int]
    /// The end of the last one.
    let end: String

    var testDescription: String { name }
  }

  private static let tooLarge = #"{"detail":"The header fields of the request are too large or too many"}"#
  private static let malformed = #"{"detail":"The request is not well-formed HTTP"}"#

  private static let badHost = #"{"detail":"The request needs one Host header field, and a host in it"}"#

  private static let cases: [Case] = [
    Case(
      name: "a transfer coding that nobody knows",
      bytes: "POST /graphql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
      statuses: [501],
      end: #"{"detail":"The only transfer coding that is understood is chunked"}"#
    ),
    Case(name: "no Host", bytes: "GET /health HTTP/1.1\r\n\r\n", statuses: [400], end: badHost),
    Case(
      name: "two Hosts",
      bytes: "GET /health HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
      statuses: [400],
      end: badHost
    ),
    Case(
      name: "a Host that is none",
      bytes: "GET /health HTTP/1.1\r\nHost: x/y\r\n\r\nGET /health HTTP/1.1\r\nHost: x\r\n\r\n",
      statuses: [400],
      end: badHost
    ),
    Case(
      name: "200 kB of header fields",
      bytes: "GET /health HTTP/1.1\r\nHost: x\r\nX-Big: \(String(repeating: "a", count: 200_000))\r\n\r\n",
      statuses: [431],
      end: tooLarge
    ),
    Case(
      name: "5,000 header fields",
      bytes: "GET /health HTTP/1.1\r\nHost: x\r\n\(String(repeating: "X-A: b\r\n", count: 5000))\r\n",
      statuses: [431],
      end: tooLarge
    ),
    Case(
      name: "Content-Length with Transfer-Encoding",
      bytes: "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      statuses: [400],
      end: malformed
    ),
    Case(
      name: "two Content-Lengths",
      bytes: "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
      statuses: [400],
      end: malformed
    ),
    Case(name: "no HTTP", bytes: "HELLO\r\n\r\n", statuses: [400], end: malformed),
    Case(
      name: "no HTTP behind a request",
      bytes: "GET /health HTTP/1.1\r\nHost: x\r\n\r\nHELLO\r\n\r\n",
      statuses: [200, 400],
      end: malformed
    ),
    Case(
      name: "a line break that is none in a header field",
      bytes: "GET /health HTTP/1.1\r\nHost: x\r\nX-A: b\rc\r\n\r\n",
      statuses: [400],
      end: malformed
    ),
  ]

  @Test(arguments: cases)
  func answersWhatIsNoRequest(_ wrong: Case) async throws {
    let answer = String(decoding: try await gateway.anybody.exchange(Array(wrong.bytes.utf8)), as: UTF8.self)
    #expect(Self.statuses(of: answer) == wrong.statuses, "\(answer)")
    #expect(answer.hasSuffix("\r\n\r\n" + wrong.end), "\(answer)")
    #expect(answer.contains("X-Content-Type-Options: nosniff\r\n"))
  }

  @Test func answersAMalformedChunkOnceInTheWordsOfGraphQL() async throws {
    let head =
      "POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(gateway.owner.token)\r\n"
      + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    let bytes = head + "5\r\n{\"que\r\nnonsense\r\n\r\n"
    let answer = String(decoding: try await gateway.anybody.exchange(Array(bytes.utf8)), as: UTF8.self)
    #expect(Self.statuses(of: answer) == [400], "\(answer)")
    #expect(
      answer.hasSuffix(
        #"{"errors":[{"message":"The request body is not well-formed HTTP","extensions":{"code":"BAD_REQUEST"}}]}"#
      ),
      "\(answer)"
    )
  }

  @Test func answersAMalformedChunkThatNobodyReadsOnce() async throws {
    let bytes =
      "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
      + "Transfer-Encoding: chunked\r\n\r\nnonsense\r\n\r\n"
    let answer = String(decoding: try await gateway.anybody.exchange(Array(bytes.utf8)), as: UTF8.self)
    #expect(Self.statuses(of: answer) == [401], "\(answer)")
  }

  /// Without a word it would wait for the end of the connection (RFC 9112 section 9.3).
  @Test(arguments: ["", "Host: x\r\n", "Connection: keep-alive\r\n"])
  func endsTheConnectionOfHTTP10(fields: String) async throws {
    let bytes = try await gateway.anybody.exchange(Array("GET /health HTTP/1.0\r\n\(fields)\r\n".utf8))
    let answer = String(decoding: bytes, as: UTF8.self)
    #expect(Self.statuses(of: answer) == [200], "\(answer)")
    #expect(answer.contains("\r\nConnection: close\r\n"), "\(answer)")
  }

  /// Whoever sends all before he reads is not kept waiting when nobody reads any more.
  @Test func endsAClosingConnectionWhoseBodyIsNotRead() async throws {
    let head =
      "POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(gateway.owner.token)\r\n"
      + "Content-Type: application/json\r\nContent-Length: 60000000\r\nConnection: close\r\n\r\n"
    let socket = try LoopbackSocket(connectingTo: gateway.anybody.port)
    try socket.send(Array(head.utf8))
    var bytes: [UInt8] = []
    while case let part = try await socket.receive(), !part.isEmpty { bytes += part }
    #expect(Self.statuses(of: String(decoding: bytes, as: UTF8.self)) == [413])
    // Long before it would be found idle, after a minute. The end of our side; theirs ends with the connection, so that what is sent now fails.
    try await Patience.wait(for: "the end of the connection") {
      (try? socket.send([UInt8](repeating: 32, count: 1000))) == nil ? true : nil
    }
  }

  /// RFC 9110 section 10.1.1: the body comes when it was asked for.
  @Test func asksForTheBodyThatWaitsToBeAskedFor() async throws {
    let request = RawHTTP.post(
      "{ __typename }",
      token: gateway.owner.token,
      fields: "Expect: 100-continue\r\nConnection: close\r\n"
    )
    let end = try #require(request.range(of: "\r\n\r\n")?.upperBound)
    let socket = try LoopbackSocket(connectingTo: gateway.anybody.port)
    try socket.send(Array(request[..<end].utf8))
    #expect(String(decoding: try await socket.receive(), as: UTF8.self) == "HTTP/1.1 100 Continue\r\n\r\n")
    try socket.send(Array(request[end...].utf8))
    var bytes: [UInt8] = []
    while case let part = try await socket.receive(), !part.isEmpty { bytes += part }
    #expect(try RawHTTP.answers(in: bytes).map(\.body) == [#"{"data":{"__typename":"Query"}}"#])
  }

  private static func statuses(of answer: String) -> [Int] {
    answer.split(separator: "HTTP/1.1 ").compactMap { Int($0.prefix(3)) }
  }
}
