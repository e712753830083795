import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// `StaticNIO PORT FILE`: answers every request with the file, from a handler on the event loop.
@main
enum StaticNIO {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3, let port = Int(arguments[1]) else {
      throw ArgumentError("takes a port and a file")
    }
    let body = ByteBuffer(bytes: try Data(contentsOf: URL(fileURLWithPath: arguments[2])))
    let channel = try ServerBootstrap(group: MultiThreadedEventLoopGroup(numberOfThreads: 1))
      .serverChannelOption(.backlog, value: 256)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
          try channel.pipeline.syncOperations.addHandler(ConstantHandler(body: body))
        }
      }
      .bind(host: "127.0.0.1", port: port)
      .wait()
    try channel.closeFuture.wait()
  }
}

/// Collects the request's body, as any server of POST requests must, and answers at its end.
final class ConstantHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let body: ByteBuffer
  private let head: HTTPResponseHead
  private var received = ByteBuffer()

  init(body: ByteBuffer) {
    self.body = body
    head = HTTPResponseHead(
      version: .http1_1,
      status: .ok,
      headers: ["Content-Type": "application/json; charset=utf-8", "Content-Length": "\(body.readableBytes)"]
    )
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head: received.clear()
    case .body(var bytes): received.writeBuffer(&bytes)
    case .end:
      context.write(wrapOutboundOut(.head(head)), promise: nil)
      context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
  }
}

struct ArgumentError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
