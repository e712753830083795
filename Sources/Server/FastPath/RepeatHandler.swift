import NIOCore

/// Stands before the HTTP parser and answers the requests of ``RepeatMemory`` by their bytes.
///
/// Only where nothing can be mistaken: at the beginning of a message, when the read is one request and no other is
/// waiting for its answer. Everything else goes on to the parser, and to ``FastPathHandler`` behind it.
final class RepeatHandler<Responder: ImmediateAnswering>: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = IOData

  private let responder: Responder
  private let memory: RepeatMemory
  private let flow: RequestFlow
  private var framing = MessageFraming()

  init(_ responder: Responder, _ memory: RepeatMemory, _ flow: RequestFlow) {
    self.responder = responder
    self.memory = memory
    self.flow = flow
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let bytes = unwrapInboundIn(data)
    let key = framing.isAtBoundary ? RepeatMemory.Key(bytes) : nil
    if let key, answers(key, context) { return }

    flow.readBegins()
    context.fireChannelRead(data)
    framing.follow(bytes, flow.parsed)
    if let key, let answer = flow.repeatable, framing.isAtBoundary { memory.note(key, answer) }
  }

  private func answers(_ key: RepeatMemory.Key, _ context: ChannelHandlerContext) -> Bool {
    // Clients that do not read what they asked for are the framework's, which waits for them.
    guard
      flow.passedOn == 0, !flow.isEnding, context.channel.isWritable, let known = memory.find(key),
      let (head, body) = responder.repeated(known, peer: context.channel.remoteAddress?.ipAddress ?? "unknown")
    else { return false }
    flow.touch()
    context.write(wrapOutboundOut(.byteBuffer(head)), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.byteBuffer(body)), promise: nil)
    return true
  }
}

@available(*, unavailable)
extension RepeatHandler: Sendable {}
