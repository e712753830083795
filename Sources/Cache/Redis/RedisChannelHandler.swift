import NIOCore

/// Hands what happens on a channel to its ``RedisConnection`` until the connection lets go of it.
final class RedisChannelHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private var connection: RedisConnection?
  private let decoder: any ReplyDecoder

  init(connection: RedisConnection, decoder: any ReplyDecoder) {
    self.connection = connection
    self.decoder = decoder
  }

  /// From now on nothing that happens here matters.
  func detach() {
    connection = nil
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let buffer = unwrapInboundIn(data)
    connection?.countReceived(buffer.readableBytes)
    do throws(CacheError) {
      try unsafe buffer.withUnsafeReadableBytes { bytes throws(CacheError) in unsafe try decoder.feed(bytes) }
      // A reply may make the connection let go: then the rest is nobody's.
      while connection != nil, let reply = try decoder.next() { connection?.received(reply) }
    } catch {
      connection?.abandon(error, isSuspect: true)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    connection?.abandon(CacheError(.unavailable, "Redis closed the connection"), isSuspect: false)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    connection?.abandon(
      CacheError(.unavailable, "The connection to Redis broke", detail: "\(error)"),
      isSuspect: false
    )
  }
}
