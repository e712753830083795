import HTTPTypes
import Resolver
import Schema

/// One request to `/graphql` and its answer, as GraphQL over HTTP has them (draft of 2025). Decides and does no I/O, so
/// that whoever reads from a connection can use it.
///
/// The way: ``init(_:limits:)``, ``checkHead()``, whatever says who asks, the body if ``readsBody``, ``call(body:)``, the
/// engine, and ``response(to:)-(ExecutionResult)``. A ``Problem`` on that way goes to ``response(to:)-(Problem)``.
struct GraphQLExchange: Sendable {
  /// What one HTTP request may carry.
  struct Limits: Sendable, Equatable {
    /// Requests in one array; 0 where arrays are not taken.
    var batch = 0
  }

  /// What the answer is written in.
  let mediaType: GraphQLMediaType
  private let request: GraphQLHTTPRequest
  private let limits: Limits
  private let isAcceptable: Bool

  /// What a path that takes all of it says in `Allow`.
  static let allow = "GET, POST, HEAD, OPTIONS"

  init(_ request: GraphQLHTTPRequest, limits: Limits = Limits()) {
    self.request = request
    self.limits = limits
    let negotiated = MediaTypes.negotiate(request.fields[.accept])
    mediaType = negotiated ?? .json
    isAcceptable = negotiated != nil
  }

  // MARK: The request

  /// Whether the parameters are in the body; those of a safe method are in the URL.
  var readsBody: Bool { request.method == .post }

  /// - Throws: what is wrong with the method or the header fields.
  func checkHead() throws(Problem) {
    switch request.method {
    case .post:
      try requireAcceptable()
      try MediaTypes.requireJSON(request.fields[.contentType])
    case .get, .head:
      try requireAcceptable()
      guard CrossSiteGuard.allows(request.fields) else { throw ErrorMapping.crossSiteRequest }
    default: throw ErrorMapping.methodNotAllowed(allow: Self.allow)
    }
  }

  private func requireAcceptable() throws(Problem) {
    guard isAcceptable else { throw ErrorMapping.notAcceptable }
  }

  /// - Parameter body: the decoded content; ignored unless ``readsBody``.
  /// - Throws: a 400 that says what keeps this from being a well-formed GraphQL-over-HTTP request.
  func call(body: [UInt8]) throws(Problem) -> GraphQLCall {
    if readsBody { return try GraphQLRequestDecoder.decode(body, maximumBatch: limits.batch) }
    return .one(try GraphQLRequestDecoder.decode(url: request.query))
  }

  /// What the engine is asked.
  /// - Parameters:
  ///   - found: the document that the parameters mean.
  ///   - refusal: what a mutation is answered with on this listener; nil where mutations are performed.
  func engineRequest(
    _ parameters: GraphQLParameters,
    _ found: DocumentResolver.Found,
    mutationRefusal refusal: GraphQLError?
  ) -> GraphQLRequest {
    GraphQLRequest(
      document: found.text,
      operationName: parameters.operationName ?? found.operationName,
      variables: parameters.variables,
      mutationRefusal: readsBody ? refusal : Self.mutationRefusal,
      explains: Self.explains(request.fields)
    )
  }

  /// Asks for `extensions.tracegate` in the answer (docs/extensions.md).
  static func explains(_ fields: HTTPFields) -> Bool { explain.flatMap { fields[$0] } == "1" }
  private static let explain = HTTPField.Name("X-Tracegate-Explain")

  private static let mutationRefusal = GraphQLError("A mutation must be sent with POST", code: .badRequest)

  // MARK: The answer

  /// In the modern type a request error has a status of its own. In `application/json` it is 200, which old clients need to
  /// look at the body (draft, section 6.4).
  func response(to result: ExecutionResult) -> GraphQLHTTPResponse {
    if result.kind == .requestError, result.errors == [Self.mutationRefusal] {
      return response(status: .methodNotAllowed, body: result.body, adding: [.allow: "POST"])
    }
    guard result.kind == .requestError else { return response(toExecuted: result) }
    let status = mediaType == .response ? Self.status(ofRefusal: result.errors.first?.code) : .ok
    return response(status: status, body: result.body)
  }

  private static func status(ofRefusal code: ErrorCode?) -> HTTPResponse.Status {
    switch code {
    case .serviceUnavailable, .deadlineExceeded: .serviceUnavailable
    case .internalServerError: .internalServerError
    default: .badRequest
    }
  }

  /// What a `POST` answers says how long it is good too; no cache between may use it, but a client that keeps answers can.
  private func response(toExecuted result: ExecutionResult) -> GraphQLHTTPResponse {
    var fields = HTTPFields()
    guard !readsBody else {
      fields[.cacheControl] = AnswerCaching.cacheControl(result.remaining)
      return response(status: .ok, body: result.body, adding: fields)
    }
    let isKnown = AnswerCaching.apply(
      result.remaining,
      to: result.body,
      mediaType: mediaType.contentType,
      for: request.fields,
      into: &fields
    )
    guard isKnown else { return response(status: .ok, body: result.body, adding: fields) }
    fields[.vary] = Self.vary
    return GraphQLHTTPResponse(status: .notModified, fields: fields, body: [])
  }

  private static let vary = "Accept"

  func response(to problem: Problem) -> GraphQLHTTPResponse {
    response(
      status: problem.status,
      body: ErrorMapping.graphQLBody(of: problem),
      adding: ErrorMapping.fields(of: problem)
    )
  }

  /// The answers to an array, in its order. Each says by itself how it went.
  func response(toAll bodies: [[UInt8]]) -> GraphQLHTTPResponse {
    var whole: [UInt8] = [UInt8(ascii: "[")]
    whole.reserveCapacity(bodies.reduce(2) { $0 + $1.count + 1 })
    for (index, body) in bodies.enumerated() {
      if index > 0 { whole.append(UInt8(ascii: ",")) }
      whole += body
    }
    whole.append(UInt8(ascii: "]"))
    return response(status: .ok, body: whole)
  }

  private func response(
    status: HTTPResponse.Status,
    body: [UInt8],
    adding fields: HTTPFields = HTTPFields()
  ) -> GraphQLHTTPResponse {
    var all: HTTPFields = [.contentType: mediaType.contentType, .vary: Self.vary]
    all.append(contentsOf: fields)
    return GraphQLHTTPResponse(status: status, fields: all, body: body)
  }
}
