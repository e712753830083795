import NIOCore

/// Closes a connection on which nothing has been asked for some time and nothing of what was answered is being read. The
/// framework's own watch does not see the requests that are answered before it.
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
    if context.channel.isActive { watch(context, until: .now() + timeout, unsent: 0) }
  }

  func channelActive(context: ChannelHandlerContext) {
    watch(context, until: .now() + timeout, unsent: 0)
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    alarm?.cancel()
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    alarm?.cancel()
  }

  /// - Parameter before: bytes that had not been sent when the last watch ended.
  private func watch(_ context: ChannelHandlerContext, until deadline: NIODeadline, unsent before: Int) {
    alarm?.cancel()
    alarm = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [self] in
      let unsent = context.channel.unsentBytes
      let isReadingAnswers = unsent > 0 && (before == 0 || unsent < before)
      let waitsForAnswer = unsent == 0 && flow.passedOn > 0 && !flow.isReading
      if isReadingAnswers || waitsForAnswer {
        watch(context, until: .now() + timeout, unsent: unsent)
      } else if unsent == 0, flow.lastActive + timeout > .now() {
        watch(context, until: flow.lastActive + timeout, unsent: 0)
      } else {
        context.close(promise: nil)
      }
    }
  }
}

@available(*, unavailable)
extension IdleTimeoutHandler: Sendable {}
