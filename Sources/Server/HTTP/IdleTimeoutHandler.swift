import NIOCore

/// Closes a connection on which nothing has been asked for some time; the framework's own watch does not see the requests
/// that are answered before it.
final class IdleTimeoutHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = Any

  private let timeout: TimeAmount
  private let flow: RequestFlow
  private var alarm: Scheduled<Void>?

  init(_ timeout: Duration, _ flow: RequestFlow) {
    self.timeout = TimeAmount(timeout)
    self.flow = flow
  }

  func handlerAdded(context: ChannelHandlerContext) {
    if context.channel.isActive { watch(context, until: .now() + timeout) }
  }

  func channelActive(context: ChannelHandlerContext) {
    watch(context, until: .now() + timeout)
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    alarm?.cancel()
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    alarm?.cancel()
  }

  private func watch(_ context: ChannelHandlerContext, until deadline: NIODeadline) {
    alarm?.cancel()
    alarm = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [self] in
      let end = flow.lastActive + timeout
      if flow.passedOn > 0, !flow.isReading {
        // Whoever waits for an answer is not idle.
        watch(context, until: .now() + timeout)
      } else if end <= .now() {
        context.close(promise: nil)
      } else {
        watch(context, until: end)
      }
    }
  }
}

@available(*, unavailable)
extension IdleTimeoutHandler: Sendable {}
