import Testing

@testable import Cache

@Suite struct HiredisReplyDecoderTests {
  static let stream: [UInt8] = Array(
    "+OK\r\n:-42\r\n$5\r\nhe\0lo\r\n$0\r\n\r\n$-1\r\n*-1\r\n*0\r\n*3\r\n$1\r\na\r\n*2\r\n:1\r\n$-1\r\n+x\r\n-WRONGTYPE no\r\n$4\r\n\r\n\r\n\r\n"
      .utf8
  )

  static let replies: [RedisReply] = [
    .status("OK"), .integer(-42), .string([104, 101, 0, 108, 111]), .string([]), .null, .null, .array([]),
    .array([.string([97]), .array([.integer(1), .null]), .status("x")]), .error("WRONGTYPE no"),
    .string(Array("\r\n\r\n".utf8)),
  ]

  @Test func readsEveryKindOfReply() throws {
    #expect(try decode([Self.stream]) == Self.replies)
  }

  @Test func readsTheSameHoweverTheBytesAreSplit() throws {
    for offset in 0...Self.stream.count {
      let parts = [Array(Self.stream[..<offset]), Array(Self.stream[offset...])]
      #expect(try decode(parts) == Self.replies, "split at \(offset)")
    }
    #expect(try decode(Self.stream.map { [$0] }) == Self.replies)
  }

  @Test func keepsALargeValueWhole() throws {
    let value = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
    let bytes = Array("$\(value.count)\r\n".utf8) + value + Array("\r\n".utf8)
    let parts = stride(from: 0, to: bytes.count, by: 1000).map { Array(bytes[$0..<min($0 + 1000, bytes.count)]) }
    #expect(try decode(parts) == [.string(value)])
  }

  @Test(arguments: [
    "HTTP/1.1 400 Bad Request\r\n", "$12x\r\n", "*99999999999\r\n", "*2000000\r\n", "$-7\r\n",
    String(repeating: "*1\r\n", count: 20), ",1.5\r\n", "#t\r\n", "*1\r\n#f\r\n",
  ])
  func refusesGarbage(_ text: String) throws {
    let error = #expect(throws: CacheError.self) { try decode([Array(text.utf8)]) }
    #expect(error?.code == .protocolViolation)
    #expect(error?.message == "Redis sent what is not its protocol")
  }

  @Test func refusesAReplyThatDoesNotEnd() throws {
    let decoder = try HiredisReplyDecoder()
    let piece = [UInt8](repeating: 120, count: 1 << 20)
    try Array("$536870000\r\n".utf8).withUnsafeBytes { try decoder.feed($0) }
    #expect(throws: CacheError(.protocolViolation, "Redis sent a reply that is too long")) {
      for _ in 0..<100 {
        try piece.withUnsafeBytes { try decoder.feed($0) }
        #expect(try decoder.next() == nil)
      }
    }
  }

  /// An unfinished reply belongs to the decoder and must go with it (seen by the leak sanitizer).
  @Test func letsGoOfAnUnfinishedReply() throws {
    #expect(try decode([Array("*2\r\n$3\r\nabc\r\n".utf8)]) == [])
  }

  private func decode(_ parts: [[UInt8]]) throws -> [RedisReply] {
    let decoder = try HiredisReplyDecoder()
    var replies: [RedisReply] = []
    for part in parts {
      try part.withUnsafeBytes { try decoder.feed($0) }
      while let reply = try decoder.next() { replies.append(reply) }
    }
    return replies
  }
}
