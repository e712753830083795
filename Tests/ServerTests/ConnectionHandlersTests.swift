import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import Resolver
import Schema
import Synchronization
import Testing

@testable import Server

/// The handlers of a connection around the parser, with a responder that can answer everything.
@Suite struct ConnectionHandlersTests {
  private static let request = "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"

  @Test func answersBeforeTheFramework() throws {
    let connection = try Connection()
    #expect(try connection.send(Self.request).contains("\r\nX-Way: parsed\r\n"))
    #expect(try connection.send(Self.request).contains("\r\nX-Way: parsed\r\n"))
    #expect(try connection.send(Self.request) == "HTTP/1.1 200 OK\r\nX-Way: repeated\r\n\r\nok")
    #expect(connection.framework.heads == 0)
  }

  /// Who does not read what he asked for is the framework's, which waits for him; here answers would pile up.
  @Test(arguments: [0, 3]) func leavesClientsThatDoNotReadToTheFramework(asked: Int) throws {
    let connection = try Connection()
    for _ in 0..<asked { _ = try connection.send(Self.request) }
    connection.channel.isWritable = false
    for _ in 0..<3 { #expect(try connection.send(Self.request) == "") }
    #expect(connection.framework.heads == 3)
  }

  @Test func leavesAConnectionToTheFrameworkWhileItAnswers() throws {
    let connection = try Connection()
    for _ in 0..<3 { _ = try connection.send(Self.request) }
    #expect(try connection.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n") == "")
    #expect(try connection.send(Self.request) == "")
    #expect(connection.framework.heads == 2)
    for _ in 0..<2 { try connection.framework.answer() }
    _ = try connection.said()
    #expect(try connection.send(Self.request).contains("X-Way: repeated"))
  }

  /// The parser takes what follows for another protocol.
  @Test(arguments: [
    "GET /a HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, A\r\nUpgrade: h2c\r\n\r\n",
    "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
  ])
  func endsTheConnectionThatIsToChangeItsProtocol(request: String) throws {
    let connection = try Connection()
    #expect(try connection.send(request) == "")
    #expect(connection.framework.heads == 1)
    try connection.framework.answer()
    #expect(try connection.said().contains("\r\nConnection: close\r\n"))
  }

  @Test func asksForABodyBehindAnotherAnswer() throws {
    let connection = try Connection()
    let head = "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
    #expect(try connection.send("GET /b HTTP/1.1\r\nHost: x\r\n\r\n" + head) == "")
    try connection.framework.answer()
    #expect(try connection.said().hasSuffix("\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"))
    #expect(try connection.send("{}") == "")
    try connection.framework.answer()
    #expect(try !connection.said().contains("100"))
  }

  @Test func answersNoContentAsIfItWereARequest() throws {
    let connection = try Connection()
    for _ in 0..<3 { _ = try connection.send(Self.request) }
    let length = Self.request.utf8.count
    #expect(try connection.send("POST /elsewhere HTTP/1.1\r\nHost: x\r\nContent-Length: \(length)\r\n\r\n") == "")
    #expect(try connection.send(Self.request) == "")
    #expect(connection.framework.heads == 1)
  }
}

/// A connection without a network.
private final class Connection {
  let channel = EmbeddedChannel()
  let framework = Framework()

  init() throws {
    let pipeline = channel.pipeline.syncOperations
    try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: false, withErrorHandling: false)
    try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
    try pipeline.addHandlers(ConnectionHandlers(responder: Yes(), idleTimeout: .seconds(60)).make())
    try pipeline.addHandler(framework)
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
  }

  deinit {
    _ = try? channel.finish(acceptAlreadyClosed: true)
  }

  /// What is said to a read.
  func send(_ text: String) throws -> String {
    try channel.writeInbound(ByteBuffer(string: text))
    return try said()
  }

  func said() throws -> String {
    var text = ""
    while let part = try channel.readOutbound(as: IOData.self) {
      if case .byteBuffer(let bytes) = part { text += String(buffer: bytes) }
    }
    return text
  }
}

private struct Yes: ImmediateAnswering {
  /// In the place of the memory of answers.
  let kept = KeptAnswer(ExecutionResult(refused: GraphQLError("x", code: .badRequest)))

  func concerns(_ head: HTTPRequest) -> Bool { head.path == "/graphql" }

  func answer(_ head: HTTPRequest, body: ByteBuffer, peer: @autoclosure () -> String) -> ImmediateAnswer? {
    var fields = HTTPFields()
    if let name = HTTPField.Name("X-Way") { fields[name] = "parsed" }
    fields[.contentLength] = "2"
    let response = HTTPResponse(status: .ok, headerFields: fields)
    let bytes = ByteBuffer(string: "ok")
    return ImmediateAnswer(head: response, body: bytes, isLast: false) {
      RepeatableAnswer(
        request: head,
        proof: .contextHeaders(Principal(workspaceID: .none, userID: "u")),
        answer: kept,
        head: AnswerHead(response, requestID: nil),
        coding: nil
      )
    }
  }

  func repeated(
    _ known: RepeatableAnswer,
    peer: @autoclosure () -> String
  ) -> (head: ByteBuffer, body: ByteBuffer)? {
    (ByteBuffer(string: "HTTP/1.1 200 OK\r\nX-Way: repeated\r\n\r\n"), ByteBuffer(string: "ok"))
  }
}

/// Takes what nobody before it has answered.
private final class Framework: ChannelInboundHandler {
  typealias InboundIn = HTTPRequestPart
  typealias OutboundOut = HTTPResponsePart

  private(set) var heads = 0
  private var context: ChannelHandlerContext?

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if case .head = unwrapInboundIn(data) { heads += 1 }
  }

  func answer() throws {
    let context = try #require(context)
    context.write(wrapOutboundOut(.head(HTTPResponse(status: .ok, headerFields: [.contentLength: "0"]))), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }
}
