import HTTPTypes
import NIOCore

/// What can answer requests on an event loop: at once, without waiting for anybody.
protocol ImmediateAnswering: Sendable {
  /// Whether it makes sense to hold the request back until it is complete.
  func concerns(_ head: HTTPRequest) -> Bool

  /// - Returns: nil when the request needs the ordinary way.
  func answer(_ head: HTTPRequest, body: ByteBuffer, peer: @autoclosure () -> String) -> ImmediateAnswer?

  /// Head and body of the answer to a request that came before, byte by byte.
  /// - Returns: nil when the answer may be another one by now.
  func repeated(_ known: RepeatableAnswer, peer: @autoclosure () -> String) -> (head: ByteBuffer, body: ByteBuffer)?
}

struct ImmediateAnswer {
  let head: HTTPResponse
  let body: ByteBuffer
  /// Whether the connection ends with it.
  let isLast: Bool
  /// How to answer the same bytes the next time; nil when that must be found out anew.
  let repeatable: (() -> RepeatableAnswer)?
}
