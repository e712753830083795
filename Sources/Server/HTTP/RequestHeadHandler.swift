import NIOCore
import NIOHTTP1

/// What HTTP asks of a server and neither the parser nor the framework does. Stands right behind the parser, where the
/// version of a request is still known.
final class RequestHeadHandler: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  /// What is wrong with a head.
  enum Failure: Error {
    /// Not exactly one good `Host` (RFC 9112 section 3.2).
    case host
    /// A transfer coding other than `chunked` (RFC 9112 section 6.1).
    case transferCoding
  }

  private let flow: RequestFlow
  private var isBroken = false
  /// A client waits to be told to send its body, behind an answer that is under way.
  private var owesContinue = false

  init(_ flow: RequestFlow) {
    self.flow = flow
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isBroken else { return }
    guard case .head(var head) = unwrapInboundIn(data) else { return context.fireChannelRead(data) }
    if let failure = Self.failure(of: head) {
      isBroken = true
      return context.fireErrorCaught(failure)
    }
    if head.version == .http1_0 || Self.leavesHTTP(head) {
      head.headers.replaceOrAdd(name: "Connection", value: "close")
    } else if head.headers["Expect"].contains(where: { $0.lowercased() == "100-continue" }) {
      owesContinue = true
      if flow.passedOn == 0 { writeContinue(context) }
    }
    context.fireChannelRead(wrapInboundOut(.head(head)))
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let part = unwrapOutboundIn(data)
    context.write(data, promise: promise)
    // The one that waits is the last that was passed on.
    if owesContinue, case .end = part, flow.passedOn == 1 { writeContinue(context) }
  }

  /// RFC 9110 section 10.1.1.
  private func writeContinue(_ context: ChannelHandlerContext) {
    owesContinue = false
    let interim = HTTPResponseHead(version: .http1_1, status: .continue)
    context.writeAndFlush(wrapOutboundOut(.head(interim)), promise: nil)
  }

  /// Whether the parser takes what follows for something else than HTTP/1.1; nothing here speaks that, so the connection
  /// ends with the answer. So it does for HTTP/1.0, whose clients wait for it (RFC 9112 section 9.3).
  private static func leavesHTTP(_ head: HTTPRequestHead) -> Bool {
    head.method == .CONNECT
      || head.headers[canonicalForm: "Connection"].contains { $0.lowercased() == "upgrade" }
  }

  private static func failure(of head: HTTPRequestHead) -> Failure? {
    let hosts = head.headers["Host"]
    let isHostGood =
      hosts.count == 1 ? HostField.isGood(hosts[0]) : hosts.isEmpty && head.version == .http1_0
    guard isHostGood else { return .host }
    let codings = head.headers[canonicalForm: "Transfer-Encoding"]
    return codings.isEmpty || (codings.count == 1 && codings[0].lowercased() == "chunked") ? nil : .transferCoding
  }
}

@available(*, unavailable)
extension RequestHeadHandler: Sendable {}

/// The value of `Host`: a host of a URI and perhaps a port (RFC 9110 section 7.2, RFC 3986 section 3.2); may be empty.
enum HostField {
  static func isGood(_ value: String) -> Bool {
    var rest = value.utf8[...]
    while let last = rest.last, last == UInt8(ascii: " ") || last == UInt8(ascii: "\t") { rest.removeLast() }
    if rest.first == UInt8(ascii: "[") {
      guard let end = rest.firstIndex(of: UInt8(ascii: "]")) else { return false }
      guard rest[..<end].dropFirst().allSatisfy({ isName($0) || $0 == UInt8(ascii: ":") }) else { return false }
      rest = rest[end...].dropFirst()
    } else {
      rest = rest.drop(while: isName)
    }
    guard let colon = rest.first else { return true }
    return colon == UInt8(ascii: ":") && rest.dropFirst().allSatisfy { (0x30...0x39).contains($0) }
  }

  /// Characters of a registered name.
  private static func isName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x30...0x39: true
    default: marks.contains(byte)
    }
  }

  private static let marks = Set("-._~%!$&'()*+,;=".utf8)
}
