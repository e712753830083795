import NIOCore

/// Commands that go out in one write, and the replies that have come so far.
struct RedisCall: Sendable {
  typealias Outcome = Result<[RedisReply], CacheError>

  enum Owner: Sendable {
    case caller(CheckedContinuation<Outcome, Never>)
    /// The connection itself, logging in.
    case connection
  }

  let request: ByteBuffer
  let replyCount: Int
  let deadline: NIODeadline
  let owner: Owner
  private(set) var replies: [RedisReply] = []

  init(_ request: ByteBuffer, replyCount: Int, deadline: NIODeadline, owner: Owner) {
    self.request = request
    self.replyCount = replyCount
    self.deadline = deadline
    self.owner = owner
    replies.reserveCapacity(replyCount)
  }

  /// - Returns: whether that was the last one.
  mutating func take(_ reply: RedisReply) -> Bool {
    replies.append(reply)
    return replies.count == replyCount
  }

  func fail(_ error: CacheError) {
    if case .caller(let continuation) = owner { continuation.resume(returning: .failure(error)) }
  }
}
