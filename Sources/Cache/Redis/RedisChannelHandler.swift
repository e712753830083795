import NIOCore

/// Whom a channel to Redis belongs to.
protocol RedisChannelOwner: AnyObject {
  func countReceived(_ bytes: Int)
  func received(_ reply: RedisReply)
  /// The channel is of no use any more.
  /// - Parameter isSuspect: the server is there but did not answer, or not sensibly.
  func abandon(_ error: CacheError, isSuspect: Bool)
}

/// Hands what happens on a channel to its owner until the owner lets go of it.
final class RedisChannelHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private var owner: (any RedisChannelOwner)?
  private let decoder: any ReplyDecoder

  init(owner: any RedisChannelOwner, decoder: any ReplyDecoder) {
    self.owner = owner
    self.decoder = decoder
  }

  /// From now on nothing that happens here matters.
  func detach() {
    owner = nil
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let buffer = unwrapInboundIn(data)
    owner?.countReceived(buffer.readableBytes)
    do throws(CacheError) {
      try unsafe buffer.withUnsafeReadableBytes { bytes throws(CacheError) in unsafe try decoder.feed(bytes) }
      // A reply may make the owner let go: then the rest is nobody's.
      while owner != nil, let reply = try decoder.next() { owner?.received(reply) }
    } catch {
      owner?.abandon(error, isSuspect: true)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    owner?.abandon(CacheError(.unavailable, "Redis closed the connection"), isSuspect: false)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    owner?.abandon(
      CacheError(.unavailable, "The connection to Redis broke", detail: "\(error)"),
      isSuspect: false
    )
  }
}
