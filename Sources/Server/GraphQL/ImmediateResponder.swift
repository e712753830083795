import HTTPTypes
import Logging
import NIOCore
import Resolver

/// Answers `POST /graphql` on the caller's thread when nothing has to be waited for: token known, document compiled, every
/// body in memory; or the whole answer, as it was given to the same request before. What it does not answer is for
/// ``GraphQLController``, which decides everything else the same way.
struct ImmediateResponder: Sendable {
  let engine: QueryEngine
  let authenticator: Authenticator
  let documents: DocumentResolver
  let limits: GraphQLExchange.Limits
  let answers: AnswerMemory
  let edge: Edge
  let logger: Logger

  static let path = "/graphql"
  /// Bytes; the documents of larger requests are seldom compiled already.
  static let maximumBody = 65_536

  struct Answer {
    let head: HTTPResponse
    let body: ByteBuffer
    /// Whether the connection ends with it.
    let isLast: Bool
  }

  /// Whether it makes sense to hold the request back until it is complete.
  func concerns(_ head: HTTPRequest) -> Bool {
    guard head.method == .post, head.path == Self.path else { return false }
    let fields = head.headerFields
    guard let length = fields[.contentLength].flatMap({ Int($0) }), length <= Self.maximumBody else { return false }
    return !GraphQLExchange.explains(fields) && !fields.contains(.contentEncoding) && !fields.contains(.expect)
      && !edge.compresses(for: fields)
      && Self.connectionOptions.contains(fields[.connection]?.lowercased())
  }

  /// A change of protocol is the framework's.
  private static let connectionOptions: Set<String?> = [nil, "keep-alive", close]
  private static let close = "close"

  /// - Returns: nil when the request needs the ordinary way.
  func answer(_ head: HTTPRequest, body: ByteBuffer, peer: @autoclosure () -> String) -> Answer? {
    let start = ContinuousClock.now
    let exchange = GraphQLExchange(GraphQLHTTPRequest(head), limits: limits)
    guard
      (try? exchange.checkHead()) != nil,
      let principal = authenticator.knownPrincipal(for: head.headerFields),
      let made = repeated(body, for: principal) ?? execute(body, of: exchange, for: principal)
    else { return nil }

    var response = exchange.response(to: made.result)
    response.fields.appendVary(authenticator.identityFields)
    ServerTiming.apply(made.result.report, since: start, to: &response.fields)
    let requestID = RequestIdentifier.of(head.headerFields)
    edge.finish(&response.fields, of: head, requestID: requestID)
    response.fields[.date] = DateField.now()
    response.fields[.contentLength] = "\(made.bytes.readableBytes)"
    edge.log(
      EdgeLogLine(head: head, status: response.status, bytes: made.bytes.readableBytes, start: start),
      requestID: requestID,
      peer: peer(),
      to: logger
    )
    return Answer(
      head: HTTPResponse(status: response.status, headerFields: response.fields),
      body: made.bytes,
      isLast: head.headerFields[.connection]?.lowercased() == Self.close
    )
  }

  private func repeated(_ body: ByteBuffer, for principal: Principal) -> AnswerMemory.Answer? {
    guard let known = answers.find(AnswerMemory.Key(workspace: principal.workspaceID, body: body)),
      let result = engine.repeated(known.result)
    else { return nil }
    return AnswerMemory.Answer(result: result, bytes: known.bytes)
  }

  private func execute(
    _ body: ByteBuffer,
    of exchange: GraphQLExchange,
    for principal: Principal
  ) -> AnswerMemory.Answer? {
    guard
      case .one(let parameters)? = try? exchange.call(body: Array(buffer: body)),
      let reference = try? DocumentReference(parameters), let found = documents.findInMemory(reference),
      let result = engine.executeImmediately(
        exchange.engineRequest(parameters, found, mutationRefusal: authenticator.mutationRefusal),
        for: principal
      )
    else { return nil }
    let answer = AnswerMemory.Answer(result: result, bytes: ByteBuffer(bytes: result.body))
    if result.basis != nil {
      answers.insert(answer, under: AnswerMemory.Key(workspace: principal.workspaceID, body: body))
    }
    return answer
  }
}
