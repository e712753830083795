import HTTPTypes
import NIOCore
import Resolver

/// The head of an answer as bytes (RFC 9112 section 4): what is the same each time is written once.
struct AnswerHead: Sendable {
  /// The status line and the fields that stay.
  private let fixed: ByteBuffer
  /// The caller's own, which is among the fixed ones; nil when each answer gets a fresh one.
  let requestID: String?

  private static let changing: Set<HTTPField.Name> = Set(
    [.date, .cacheControl, RequestIdentifier.field, ServerTiming.name].compactMap { $0 }
  )

  /// - Parameters:
  ///   - response: the whole head as it was sent the first time.
  ///   - requestID: the caller's own.
  init(_ response: HTTPResponse, requestID: String?) {
    self.requestID = requestID
    var bytes = ByteBuffer()
    bytes.writeString("HTTP/1.1 \(response.status.code) \(response.status.reasonPhrase)\r\n")
    for field in response.headerFields {
      guard !Self.changing.contains(field.name) || (field.name == RequestIdentifier.field && requestID != nil) else {
        continue
      }
      bytes.writeString("\(field.name.rawName): \(field.value)\r\n")
    }
    if let name = ServerTiming.name {
      // The last of the fixed ones: its value ends with the time that this answer takes.
      bytes.writeString("\(name.rawName): \(ServerTiming.beginning(ExecutionReport()))")
    }
    fixed = bytes
  }

  /// - Parameters:
  ///   - remaining: how long the answer stays good.
  ///   - freshID: the request's id unless it has one of its own.
  func bytes(remaining: Duration?, freshID: String, since start: ContinuousClock.Instant) -> ByteBuffer {
    var head = fixed
    head.reserveCapacity(fixed.readableBytes + 256)
    head.writeString(ServerTiming.milliseconds(ContinuousClock.now - start))
    head.writeStaticString("\r\nCache-Control: ")
    head.writeString(AnswerCaching.cacheControl(remaining))
    head.writeStaticString("\r\nDate: ")
    head.writeString(DateField.now())
    if requestID == nil {
      head.writeStaticString("\r\nX-Request-ID: ")
      head.writeString(freshID)
    }
    head.writeStaticString("\r\n\r\n")
    return head
  }
}
