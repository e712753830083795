import HTTPTypes
import Logging
import NIOCore
import Resolver

/// Answers `POST /graphql` on the caller's thread when nothing has to be waited for: token known, document compiled, every
/// body in memory. What it does not answer is for ``GraphQLController``, which decides everything else the same way.
struct ImmediateResponder: Sendable {
  let engine: QueryEngine
  let authenticator: Authenticator
  let documents: DocumentResolver
  let limits: GraphQLExchange.Limits
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
    return !fields.contains(.contentEncoding) && !fields.contains(.expect) && !edge.compresses(for: fields)
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
      case .one(let parameters)? = try? exchange.call(body: Array(buffer: body)),
      let reference = try? DocumentReference(parameters), let found = documents.findInMemory(reference),
      let result = engine.executeImmediately(
        exchange.engineRequest(parameters, found, mutationRefusal: authenticator.mutationRefusal),
        for: principal
      )
    else { return nil }

    var response = exchange.response(to: result)
    response.fields.appendVary(authenticator.identityFields)
    ServerTiming.apply(result.report, since: start, to: &response.fields)
    let requestID = RequestIdentifier.of(head.headerFields)
    edge.finish(&response.fields, of: head, requestID: requestID)
    response.fields[.date] = DateField.now()
    response.fields[.contentLength] = "\(response.body.count)"
    edge.log(
      EdgeLogLine(head: head, status: response.status, bytes: response.body.count, start: start),
      requestID: requestID,
      peer: peer(),
      to: logger
    )
    return Answer(
      head: HTTPResponse(status: response.status, headerFields: response.fields),
      body: ByteBuffer(bytes: response.body),
      isLast: head.headerFields[.connection]?.lowercased() == Self.close
    )
  }
}
