import NIOCore

/// Turns the bytes of a connection into replies. The bytes may be split anywhere.
protocol ReplyDecoder: AnyObject {
  /// Takes the next bytes of the stream.
  func feed(_ bytes: UnsafeRawBufferPointer) throws(CacheError)

  /// The next whole reply; nil when more bytes are needed.
  ///
  /// - Throws: `protocolViolation` when the stream cannot be understood. The decoder is of no use after that.
  func next() throws(CacheError) -> RedisReply?
}
