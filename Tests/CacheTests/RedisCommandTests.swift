import NIOCore
import Testing

@testable import Cache

@Suite struct RedisCommandTests {
  @Test func writesAnArrayOfBulkStrings() throws {
    var command = RedisCommand("SET", "k")
    command.append([0, 13, 10, 255])
    command.append(text: "")
    #expect(
      try encoded(command) == Array("*4\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\n".utf8) + [0, 13, 10, 255]
        + Array("\r\n$0\r\n\r\n".utf8)
    )
  }

  @Test func countsBytesNotCharacters() throws {
    #expect(try encoded(RedisCommand("GET", "é")) == Array("*2\r\n$3\r\nGET\r\n$2\r\né\r\n".utf8))
  }

  private func encoded(_ command: RedisCommand) throws -> [UInt8] {
    var buffer = ByteBuffer()
    try command.encode(into: &buffer)
    return Array(buffer.readableBytesView)
  }
}
