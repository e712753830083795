import NIOCore

/// Where messages begin in the reads of a connection, found by counting bytes beside the HTTP parser, which does not tell.
///
/// Sure or silent: a head in two reads, several requests in one, a chunked body or a bare line feed make it give up for
/// the rest of the connection.
struct MessageFraming {
  private enum Position {
    case boundary
    case content(remaining: Int)
    case unknown
  }

  private var position = Position.boundary

  /// Whether the next byte is the first one of a message.
  var isAtBoundary: Bool {
    if case .boundary = position { true } else { false }
  }

  /// Follows a read that the parser has seen.
  mutating func follow(_ read: ByteBuffer, _ parsed: RequestFlow.Parsed) {
    switch position {
    case .boundary:
      guard parsed.heads == 1, let length = parsed.contentLength, let head = Self.headLength(read) else {
        return position = .unknown
      }
      follow(read.readableBytes, of: head.addingReportingOverflow(length), ends: parsed.ends)
    case .content(let remaining):
      guard parsed.heads == 0 else { return position = .unknown }
      follow(read.readableBytes, of: (remaining, false), ends: parsed.ends)
    case .unknown: break
    }
  }

  private mutating func follow(_ count: Int, of expected: (partialValue: Int, overflow: Bool), ends: Int) {
    let (total, overflows) = expected
    position =
      switch ends {
      case 0 where count < total && !overflows: .content(remaining: total - count)
      case 1 where count == total: .boundary
      default: .unknown
      }
  }

  /// Bytes of the head with the empty line at its end; nil when that has not come, or a line does not end as it should
  /// (RFC 9112 section 2.2).
  private static func headLength(_ read: ByteBuffer) -> Int? {
    let bytes = read.readableBytesView
    var lineStart = bytes.startIndex
    while let end = bytes[lineStart...].firstIndex(of: UInt8(ascii: "\n")) {
      guard end > lineStart, bytes[end - 1] == UInt8(ascii: "\r") else { return nil }
      if end - lineStart == 1 { return end + 1 - bytes.startIndex }
      lineStart = end + 1
    }
    return nil
  }
}
