import NIOCore

/// What stands in the pipeline of each connection of a listener around the framework's HTTP parser, in the order of what
/// comes in: ``RepeatHandler``, the parser, ``RequestHeadHandler``, ``ConnectionHandler``, ``IdleTimeoutHandler``, ``FastPathHandler``, the framework.
struct ConnectionHandlers<Responder: ImmediateAnswering>: Sendable {
  let responder: Responder
  let idleTimeout: Duration
  private let repeats = RepeatMemory()

  init(responder: Responder, idleTimeout: Duration) {
    self.responder = responder
    self.idleTimeout = idleTimeout
  }

  /// Those behind the parser; they put the others in their places.
  func make() -> [any RemovableChannelHandler] {
    let flow = RequestFlow()
    return [
      ConnectionHandler(flow, first: RepeatHandler(responder, repeats, flow), parsed: RequestHeadHandler(flow)),
      IdleTimeoutHandler(idleTimeout, flow),
      FastPathHandler(responder, flow),
    ]
  }
}
