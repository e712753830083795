import NIOCore
import Testing

@testable import Server

@Suite struct MessageFramingTests {
  private static let head = "POST /graphql HTTP/1.1\r\nHost: x\r\n\r\n"

  private func follow(_ reads: [(bytes: String, heads: Int, ends: Int, length: Int?)]) -> Bool {
    var framing = MessageFraming()
    for read in reads {
      let parsed = RequestFlow.Parsed(heads: read.heads, ends: read.ends, contentLength: read.length)
      framing.follow(ByteBuffer(string: read.bytes), parsed)
    }
    return framing.isAtBoundary
  }

  @Test func findsTheEndOfWholeMessages() {
    #expect(follow([]))
    #expect(follow([(Self.head, 1, 1, 0)]))
    #expect(follow([(Self.head + "12345", 1, 1, 5), (Self.head + "1", 1, 1, 1)]))
    #expect(follow([(Self.head, 1, 0, 5), ("123", 0, 0, 5), ("45", 0, 1, 5)]))
  }

  @Test func isNotAtTheBeginningWithinAMessage() {
    #expect(!follow([(Self.head, 1, 0, 5)]))
    #expect(!follow([(Self.head + "1234", 1, 0, 5)]))
    #expect(!follow([(Self.head, 1, 0, 5), ("1234", 0, 0, 5)]))
  }

  /// Once in doubt it stays there: no later read may be mistaken for a request.
  @Test func givesUpWhatIsNotCertain() {
    let whole = (Self.head, 1, 1, 0 as Int?)
    let cases: [(String, Int, Int, Int?)] = [
      // A chunked body.
      (Self.head + "0\r\n\r\n", 1, 1, nil),
      // More than one message.
      (Self.head + Self.head, 2, 2, 0),
      (Self.head + "12345POST /gr", 1, 1, 5),
      // Half a head.
      ("POST /gr", 0, 0, nil),
      // Line ends that parsers see differently.
      ("POST /graphql HTTP/1.1\nHost: x\r\n\r\n", 1, 1, 0),
      ("POST /graphql HTTP/1.1\r\nHost: x\n\r\n", 1, 1, 0),
      ("POST /graphql HTTP/1.1\r\n\nPOST /graphql HTTP/1.1\r\n\r\n", 1, 1, 0),
      // Empty lines before the message.
      ("\r\n\r\n" + Self.head, 1, 1, 0),
      // Numbers that no message has.
      (Self.head, 1, 0, .max),
      (Self.head, 1, 1, -4),
      // The parser saw something else.
      (Self.head + "12345", 1, 0, 5),
    ]
    for odd in cases {
      #expect(!follow([odd]), "\(odd)")
      #expect(!follow([odd, whole]), "\(odd)")
    }
  }
}
