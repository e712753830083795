import HTTPTypes
import NIOCore
import Resolver
import Schema
import Testing

@testable import Server

@Suite struct RepeatMemoryTests {
  private let kept = KeptAnswer(ExecutionResult(refused: .init("x", code: .badRequest)))

  private func key(_ text: String) throws -> RepeatMemory.Key {
    try #require(RepeatMemory.Key(ByteBuffer(string: "POST /graphql HTTP/1.1\r\n" + text)))
  }

  private func answer() throws -> RepeatableAnswer {
    let workspace = try #require(WorkspaceID("00000000-0000-4000-8000-000000000001"))
    return RepeatableAnswer(
      request: HTTPRequest(method: .post, scheme: nil, authority: nil, path: "/graphql"),
      proof: .contextHeaders(Principal(workspaceID: workspace, userID: "u")),
      answer: kept,
      head: AnswerHead(HTTPResponse(status: .ok), requestID: nil),
      coding: nil
    )
  }

  /// Answers count against the bound of ``AnswerMemory`` alone, so nothing else may hold them.
  @Test func holdsNoAnswer() throws {
    let known = try answer()
    #expect(known.kept?.body == kept.bytes)
    var other: KeptAnswer? = KeptAnswer(ExecutionResult(refused: .init("y", code: .badRequest)))
    let lost = RepeatableAnswer(
      request: known.request,
      proof: known.proof,
      answer: try #require(other),
      head: known.head,
      coding: nil
    )
    #expect(lost.kept != nil)
    other = nil
    #expect(lost.kept == nil)
  }

  @Test func keepsWhatComesTwice() throws {
    let memory = RepeatMemory()
    let answer = try answer()
    memory.note(try key("a")) { answer }
    #expect(memory.find(try key("a")) == nil)
    memory.note(try key("a")) { answer }
    #expect(memory.find(try key("a")) != nil)
    #expect(memory.find(try key("b")) == nil)
    #expect(memory.count == 1)
  }

  @Test func staysWithinItsBytes() throws {
    let memory = RepeatMemory(maximumBytes: 100_000)
    let answer = try answer()
    for number in 0..<1000 {
      for _ in 0..<2 { memory.note(try key("\(number)")) { answer } }
    }
    #expect(memory.count > 5 && memory.count < 50)
  }

  @Test func concernsOnlyWhatMayBeKept() {
    #expect(RepeatMemory.Key(ByteBuffer(string: "GET /graphql HTTP/1.1\r\n\r\n")) == nil)
    #expect(RepeatMemory.Key(ByteBuffer(string: "POST /graphql/x HTTP/1.1\r\n\r\n")) == nil)
    let long = "POST /graphql HTTP/1.1\r\n" + String(repeating: "x", count: 16_384)
    #expect(RepeatMemory.Key(ByteBuffer(string: long)) == nil)
  }

  /// What changes from one answer to the next is written each time, and only once.
  @Test func writesTheHeadAnew() throws {
    let fields: HTTPFields = [
      .contentType: "application/json", .date: "long ago", .cacheControl: "private, max-age=1", .contentLength: "2",
    ]
    let head = AnswerHead(HTTPResponse(status: .ok, headerFields: fields), requestID: nil)
    let bytes = head.bytes(remaining: .seconds(90), freshID: "0123", since: .now)
    let lines = String(buffer: bytes).split(separator: "\r\n", omittingEmptySubsequences: false)
    #expect(lines.prefix(3) == ["HTTP/1.1 200 OK", "Content-Type: application/json", "Content-Length: 2"])
    #expect(lines[3].hasPrefix("Server-Timing: plan;dur=0.000, cache;dur=0.000, db;dur=0.000, total;dur="))
    #expect(lines[4] == "Cache-Control: private, max-age=90")
    #expect(lines[5].hasPrefix("Date: ") && lines[5].hasSuffix(" GMT") && lines[5].count == 35)
    #expect(lines.suffix(3) == ["X-Request-ID: 0123", "", ""])

    let named = AnswerHead(
      HTTPResponse(status: .ok, headerFields: [try #require(RequestIdentifier.field): "mine"]),
      requestID: "mine"
    )
    let text = String(buffer: named.bytes(remaining: nil, freshID: "0123", since: .now))
    #expect(text.contains("\r\nX-Request-ID: mine\r\n") && !text.contains("0123"))
  }
}
