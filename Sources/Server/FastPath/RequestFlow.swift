import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// What the handlers of one connection know of its requests together. Belongs to the connection's event loop.
final class RequestFlow {
  /// Requests that were passed on to the framework and whose answers have not ended.
  private(set) var passedOn = 0
  /// When the last part of a request was read, or the last answer ended.
  private(set) var lastActive = NIODeadline.now()
  /// The head of a request has come and its end has not.
  private(set) var isReading = false
  /// The connection is being closed: nothing that comes now is answered.
  var isEnding = false
  /// What the HTTP parser found in the present read.
  private(set) var parsed = Parsed()
  /// How the last message of the present read was answered, when its bytes alone say that the same ones may be answered
  /// the same way.
  var repeatable: (() -> RepeatableAnswer)?

  struct Parsed {
    var heads = 0
    var ends = 0
    /// Bytes of content of the message that began last; nil where only the parser knows its end.
    var contentLength: Int?
  }

  func readBegins() {
    parsed = Parsed()
    repeatable = nil
  }

  func touch() { lastActive = .now() }

  func sees(_ part: HTTPRequestPart) {
    switch part {
    case .head(let head):
      touch()
      isReading = true
      parsed.heads += 1
      parsed.contentLength = Self.contentLength(head)
    case .body:
      // What comes behind the answer to it keeps no connection open.
      if passedOn > 0 { touch() }
    case .end:
      touch()
      isReading = false
      parsed.ends += 1
    }
  }

  func passesOn() { passedOn += 1 }

  func answerEnded() {
    passedOn -= 1
    touch()
  }

  /// A request that ends the connection or changes its protocol is none that others follow.
  private static func contentLength(_ head: HTTPRequest) -> Int? {
    let fields = head.headerFields
    guard
      !fields.contains(.transferEncoding), !fields.contains(.upgrade), head.method != .connect,
      persistent.contains(fields[.connection]?.lowercased())
    else { return nil }
    guard let length = fields[.contentLength] else { return 0 }
    return Int(length)
  }

  /// Values of `Connection` after which the connection goes on as it is.
  static let persistent: Set<String?> = [nil, "keep-alive"]
}

@available(*, unavailable)
extension RequestFlow: Sendable {}
