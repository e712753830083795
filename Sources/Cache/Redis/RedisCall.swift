import NIOCore

/// Commands that go out in one write, and the replies that have come so far.
struct RedisCall: Sendable {
  typealias Outcome = Result<[RedisReply], CacheError>

  let request: ByteBuffer
  let replyCount: Int
  let deadline: NIODeadline
  /// Called once, on the event loop of the connection.
  let complete: @Sendable (Outcome) -> Void
  private(set) var replies: [RedisReply] = []

  init(
    _ request: ByteBuffer,
    replyCount: Int,
    deadline: NIODeadline,
    complete: @escaping @Sendable (Outcome) -> Void
  ) {
    self.request = request
    self.replyCount = replyCount
    self.deadline = deadline
    self.complete = complete
    replies.reserveCapacity(replyCount)
  }

  /// - Returns: whether that was the last one.
  mutating func take(_ reply: RedisReply) -> Bool {
    replies.append(reply)
    return replies.count == replyCount
  }
}
