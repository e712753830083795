import NIOCore
import NIOHTTP1

/// What HTTP asks of a server and neither the parser nor the framework does. Stands right behind the parser, where the
/// version of a request is still known.
final class RequestHeadHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  /// A request without exactly one good `Host` (RFC 9112 section 3.2).
  struct BadHost: Error {}

  private let flow: RequestFlow
  private var isBroken = false

  init(_ flow: RequestFlow) {
    self.flow = flow
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isBroken else { return }
    guard case .head(var head) = unwrapInboundIn(data) else { return context.fireChannelRead(data) }
    guard Self.hasGoodHost(head) else {
      isBroken = true
      return context.fireErrorCaught(BadHost())
    }
    if head.version == .http1_0 {
      // Whoever speaks HTTP/1.0 waits for the end of the connection (RFC 9112 section 9.3).
      head.headers.replaceOrAdd(name: "Connection", value: "close")
    } else if expectsToContinue(head) {
      // RFC 9110 section 10.1.1; the next answer on the connection would otherwise be taken for this one.
      let interim = HTTPResponseHead(version: .http1_1, status: .continue)
      context.writeAndFlush(wrapOutboundOut(.head(interim)), promise: nil)
    }
    context.fireChannelRead(wrapInboundOut(.head(head)))
  }

  private func expectsToContinue(_ head: HTTPRequestHead) -> Bool {
    flow.passedOn == 0 && head.headers["Expect"].contains { $0.lowercased() == "100-continue" }
  }

  private static func hasGoodHost(_ head: HTTPRequestHead) -> Bool {
    let hosts = head.headers["Host"]
    guard let host = hosts.first else { return head.version == .http1_0 }
    return hosts.count == 1 && !host.utf8.contains { $0 <= UInt8(ascii: " ") || forbidden.contains($0) }
  }

  /// What stands before or behind a host and its port in a URI (RFC 3986 section 3.2), and what separates several.
  private static let forbidden = Set(#"/?#@,\"<>"#.utf8)
}

@available(*, unavailable)
extension RequestHeadHandler: Sendable {}
