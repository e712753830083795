import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Stands in the HTTP pipeline before the framework and gives the answers of an ``ImmediateAnswering`` on the event loop.
///
/// A request that it might answer is held back while its pieces come in one go. One that is not complete by then, and one
/// that is not answered, is passed on as it came: the framework knows deadlines, and waits for clients that do not read.
/// While a request that was passed on waits for its answer, so do those behind it, in the framework's queue.
final class FastPathHandler<Responder: ImmediateAnswering>: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private let responder: Responder
  private let flow: RequestFlow
  private var held: HeldRequest?

  private struct HeldRequest {
    let head: HTTPRequest
    var body: ByteBuffer
  }

  init(_ responder: Responder, _ flow: RequestFlow) {
    self.responder = responder
    self.flow = flow
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let part = unwrapInboundIn(data)
    flow.sees(part)
    switch part {
    case .head(let head):
      if flow.passedOn == 0, context.channel.isWritable, responder.concerns(head) {
        held = HeldRequest(head: head, body: ByteBuffer())
      } else {
        flow.passesOn()
        context.fireChannelRead(data)
      }
    case .body(var bytes):
      guard held != nil else { return context.fireChannelRead(data) }
      held?.body.writeBuffer(&bytes)
    case .end(let trailers):
      guard let request = held else { return context.fireChannelRead(data) }
      held = nil
      finish(request, trailers, context)
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    release(context)
    context.fireChannelReadComplete()
  }

  private func finish(_ request: HeldRequest, _ trailers: HTTPFields?, _ context: ChannelHandlerContext) {
    let answer = responder.answer(
      request.head,
      body: request.body,
      peer: context.channel.remoteAddress?.ipAddress ?? "unknown"
    )
    guard let answer else {
      passOn(request, context)
      return context.fireChannelRead(wrapInboundOut(.end(trailers)))
    }
    flow.repeatable = answer.repeatable
    context.write(wrapOutboundOut(.head(answer.head)), promise: nil)
    context.write(wrapOutboundOut(.body(answer.body)), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    // The client ends its side when it has read the answer; one that does not is found idle.
    if answer.isLast { context.close(mode: .output, promise: nil) }
  }

  private func passOn(_ request: HeldRequest, _ context: ChannelHandlerContext) {
    flow.passesOn()
    context.fireChannelRead(wrapInboundOut(.head(request.head)))
    if request.body.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(.body(request.body))) }
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if case .end = unwrapOutboundIn(data) { flow.answerEnded() }
    context.write(data, promise: promise)
  }

  // MARK: Requests that do not become complete

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    release(context)
    context.fireErrorCaught(error)
  }

  /// Lets go of what is held back, so that whoever answers incomplete requests sees it.
  private func release(_ context: ChannelHandlerContext) {
    guard let request = held else { return }
    held = nil
    passOn(request, context)
  }
}

@available(*, unavailable)
extension FastPathHandler: Sendable {}
