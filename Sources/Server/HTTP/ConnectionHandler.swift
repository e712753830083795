import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// What the framework leaves to be desired of a connection: notices that the client has gone, and answers what is no
/// HTTP in the words of every other error.
///
/// An end of the client's stream counts as its going away, as with most servers: who asks and stops listening looks
/// the same as who only stops talking.
final class ConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private let flow: RequestFlow
  private let first: any RemovableChannelHandler
  private let parsed: any RemovableChannelHandler
  private let connection = ConnectionState()
  /// Requests whose answer has not ended.
  private var pending = 0
  /// The head of a request has come and its end has not.
  private var isReading = false
  /// The last request has asked for the end of the connection (RFC 9112 section 9.6).
  private var isClosing = false
  /// Nothing that comes can be understood any more.
  private var isBroken = false
  /// What is left to be said of that once the requests before it are answered.
  private var lastAnswer: Problem?
  /// The last answer has gone out: whatever else is written is dropped.
  private var isFinished = false
  private var lingeringEnd: Scheduled<Void>?

  /// How long what the client still sends is read and thrown away, so that it gets to see the answer.
  private static let lingering = TimeAmount.seconds(2)
  private static let drainingPause = TimeAmount.milliseconds(500)
  /// So that nobody who reads a byte now and then holds up the end of the process.
  private static let drainings = 20

  /// - Parameters:
  ///   - first: what is to see the bytes before the parser does.
  ///   - parsed: what is to see requests as the parser makes them.
  init(_ flow: RequestFlow, first: any RemovableChannelHandler, parsed: any RemovableChannelHandler) {
    self.flow = flow
    self.first = first
    self.parsed = parsed
  }

  func handlerAdded(context: ChannelHandlerContext) {
    do {
      let pipeline = context.pipeline.syncOperations
      let codec = try pipeline.handler(type: HTTP1ToHTTPServerCodec.self)
      try pipeline.addHandler(parsed, position: .before(codec))
      try pipeline.addHandler(first, position: .first)
    } catch {
      return context.close(promise: nil)
    }
    ConnectionRegistry.shared.add(context.channel, connection)
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    ConnectionRegistry.shared.remove(context.channel)
  }

  func channelInactive(context: ChannelHandlerContext) {
    // It would keep all of the connection in memory until it rings.
    lingeringEnd?.cancel()
    connection.close()
    ConnectionRegistry.shared.remove(context.channel)
    context.fireChannelInactive()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case ChannelEvent.inputClosed? = event as? ChannelEvent {
      connection.close()
      if isFinished { close(context: context, mode: .all, promise: nil) }
    }
    context.fireUserInboundEventTriggered(event)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isBroken, !flow.isEnding else { return }
    switch unwrapInboundIn(data) {
    case .head(var head):
      pending += 1
      isReading = true
      guard Self.asksToClose(head.headerFields) else { break }
      isClosing = true
      // The framework looks for this one word, and ends the connection after the answer.
      head.headerFields[.connection] = "close"
      return context.fireChannelRead(wrapInboundOut(.head(head)))
    case .body: break
    case .end: isReading = false
    }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard !isFinished else {
      promise?.succeed()
      return
    }
    if isClosing, pending == 1, case .head(var head) = unwrapOutboundIn(data) {
      head.headerFields[.connection] = "close"
      return context.write(wrapOutboundOut(.head(head)), promise: promise)
    }
    context.write(data, promise: promise)
    guard case .end = unwrapOutboundIn(data) else { return }
    pending -= 1
    if isBroken {
      endIfAnswered(context)
    } else if isClosing, pending == 0 {
      // Perhaps before the content of the request has come, which nobody will read any more.
      finish(context)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard !isBroken else { return }
    guard !(error is IOError) else { return context.fireErrorCaught(error) }
    isBroken = true
    if isReading {
      // The request under way is answered by its handler, which sees the error where it reads the body.
      context.fireErrorCaught(error)
    } else {
      lastAnswer = ErrorMapping.problem(forHTTP: error)
    }
    endIfAnswered(context)
  }

  private static func asksToClose(_ fields: HTTPFields) -> Bool {
    guard let options = fields[.connection] else { return false }
    return options.split(separator: ",").contains { $0.trimmingSpaces().lowercased() == "close" }
  }

  private func endIfAnswered(_ context: ChannelHandlerContext) {
    guard pending == 0, !isFinished else { return }
    if let lastAnswer { answer(context, lastAnswer) }
    finish(context)
  }

  private func answer(_ context: ChannelHandlerContext, _ problem: Problem) {
    let body = ErrorMapping.detailBody(of: problem)
    var fields: HTTPFields = [
      .contentType: "application/json", .contentLength: "\(body.count)", .connection: "close",
    ]
    SecurityHeaders.apply(to: &fields)
    if let field = RequestIdentifier.field { fields[field] = RequestIdentifier.fresh() }
    context.write(wrapOutboundOut(.head(HTTPResponse(status: problem.status, headerFields: fields))), promise: nil)
    context.write(wrapOutboundOut(.body(context.channel.allocator.buffer(bytes: body))), promise: nil)
    context.write(wrapOutboundOut(.end(nil)), promise: nil)
  }

  /// Ends our side, and the other one when it has nothing more to say or was given its time.
  private func finish(_ context: ChannelHandlerContext) {
    isFinished = true
    context.flush()
    context.close(mode: .output, promise: nil)
    lingeringEnd = context.eventLoop.assumeIsolated().scheduleTask(in: Self.lingering) { [self] in
      close(context: context, mode: .all, promise: nil)
    }
  }

  // MARK: The end

  /// Waits with the end of the connection for what has been written and not been sent, as long as the client takes some of it
  /// from time to time.
  func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    guard mode == .all else { return context.close(mode: mode, promise: promise) }
    flow.isEnding = true
    drain(context, before: .max, patience: Self.drainings, promise)
  }

  private func drain(
    _ context: ChannelHandlerContext,
    before: Int,
    patience: Int,
    _ promise: EventLoopPromise<Void>?
  ) {
    let unsent = context.channel.unsentBytes
    guard unsent > 0, unsent < before, patience > 0 else { return context.close(promise: promise) }
    context.eventLoop.assumeIsolated().scheduleTask(in: Self.drainingPause) { [self] in
      drain(context, before: unsent, patience: patience - 1, promise)
    }
  }
}

@available(*, unavailable)
extension ConnectionHandler: Sendable {}

extension Channel {
  /// Bytes that were written and that the system has not taken yet.
  var unsentBytes: Int { (try? syncOptions?.getOption(.bufferedWritableBytes)) ?? 0 }
}
