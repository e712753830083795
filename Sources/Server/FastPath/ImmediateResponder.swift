import HTTPTypes
import Logging
import NIOCore
import Resolver

/// Answers `POST /graphql` on the caller's thread when nothing has to be waited for: token known, document compiled, every
/// body in memory; or the whole answer, as it was given to the same request before. What it does not answer is for
/// ``GraphQLController``, which decides everything else the same way.
struct ImmediateResponder: ImmediateAnswering {
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

  /// Bytes of an answer; larger ones that have to be compressed would keep others on the event loop waiting.
  private static let maximumCompressed = 131_072

  func concerns(_ head: HTTPRequest) -> Bool {
    guard head.method == .post, head.path == Self.path else { return false }
    let fields = head.headerFields
    guard let length = fields[.contentLength].flatMap({ Int($0) }), length <= Self.maximumBody else { return false }
    return !GraphQLExchange.explains(fields) && !fields.contains(.contentEncoding) && !fields.contains(.expect)
      && Self.connectionOptions.contains(fields[.connection]?.lowercased())
  }

  /// A change of protocol is the framework's.
  private static let connectionOptions = RequestFlow.persistent.union([close])
  private static let close = "close"

  func answer(_ head: HTTPRequest, body: ByteBuffer, peer: @autoclosure () -> String) -> ImmediateAnswer? {
    let start = ContinuousClock.now
    let fields = head.headerFields
    let exchange = GraphQLExchange(GraphQLHTTPRequest(head), limits: limits)
    guard
      (try? exchange.checkHead()) != nil,
      let proof = authenticator.knownProof(for: fields),
      let (kept, result) = repeated(body, for: proof.principal) ?? execute(body, of: exchange, for: proof.principal)
    else { return nil }

    var response = exchange.response(to: result)
    guard let (bytes, coding) = encode(kept, &response.fields, acceptEncoding: fields[.acceptEncoding]) else {
      return nil
    }
    response.fields.appendVary(authenticator.identityFields)
    ServerTiming.apply(result.report, since: start, to: &response.fields)
    let givenID = RequestIdentifier.given(in: fields)
    let requestID = givenID ?? RequestIdentifier.fresh()
    edge.finish(&response.fields, of: head, requestID: requestID)
    response.fields[.date] = DateField.now()
    response.fields[.contentLength] = "\(bytes.readableBytes)"
    edge.log(
      EdgeLogLine(head: head, status: response.status, bytes: bytes.readableBytes, start: start),
      requestID: requestID,
      peer: peer(),
      to: logger
    )
    let answered = HTTPResponse(status: response.status, headerFields: response.fields)
    let isLast = fields[.connection]?.lowercased() == Self.close
    let repeatable = {
      RepeatableAnswer(
        request: head,
        proof: proof,
        answer: kept,
        head: AnswerHead(answered, requestID: givenID),
        coding: coding
      )
    }
    let mayRepeat = !isLast && result.basis != nil
    return ImmediateAnswer(head: answered, body: bytes, isLast: isLast, repeatable: mayRepeat ? repeatable : nil)
  }

  func repeated(
    _ known: RepeatableAnswer,
    peer: @autoclosure () -> String
  ) -> (head: ByteBuffer, body: ByteBuffer)? {
    let start = ContinuousClock.now
    guard
      authenticator.holds(known.proof), let (result, body) = known.kept,
      let remaining = engine.repeated(result)?.remaining
    else { return nil }
    let requestID = known.head.requestID ?? RequestIdentifier.fresh()
    edge.log(
      EdgeLogLine(head: known.request, status: .ok, bytes: body.readableBytes, start: start),
      requestID: requestID,
      peer: peer(),
      to: logger
    )
    return (known.head.bytes(remaining: remaining, freshID: requestID, since: start), body)
  }

  /// The body as the client takes it; nil when it takes long to make it so.
  private func encode(
    _ answer: KeptAnswer,
    _ fields: inout HTTPFields,
    acceptEncoding: String?
  ) -> (ByteBuffer, ContentCoding?)? {
    let length = answer.bytes.readableBytes
    guard length <= Self.maximumCompressed || acceptEncoding == nil else { return nil }
    let encoded = edge.compression.encode(length: length, &fields, acceptEncoding: acceptEncoding) { coding in
      answer.bytes(as: coding).map { ($0, coding) }
    }
    return encoded ?? (answer.bytes, nil)
  }

  private func repeated(_ body: ByteBuffer, for principal: Principal) -> (KeptAnswer, ExecutionResult)? {
    guard let known = answers.find(AnswerMemory.Key(workspace: principal.workspaceID, body: body)),
      let result = engine.repeated(known.result)
    else { return nil }
    return (known, result)
  }

  private func execute(
    _ body: ByteBuffer,
    of exchange: GraphQLExchange,
    for principal: Principal
  ) -> (KeptAnswer, ExecutionResult)? {
    guard
      case .one(let parameters)? = try? exchange.call(body: Array(buffer: body)),
      let reference = try? DocumentReference(parameters), let found = documents.findInMemory(reference),
      let result = engine.executeImmediately(
        exchange.engineRequest(parameters, found, mutationRefusal: authenticator.mutationRefusal),
        for: principal
      )
    else { return nil }
    let answer = KeptAnswer(result)
    if result.basis != nil {
      answers.insert(answer, under: AnswerMemory.Key(workspace: principal.workspaceID, body: body))
    }
    return (answer, result)
  }
}
