import HTTPTypes
import Hummingbird
import Resolver
import Schema

/// Answers the requests of one row.
struct RouteController: Sendable {
  let bound: BoundRoute
  let engine: QueryEngine
  let authenticator: Authenticator
  let deadline: Duration

  private static let null = Array("null".utf8)

  /// At most one Redis and one PostgreSQL round trip.
  @Sendable func handle(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
    let start = ContinuousClock.now
    let principal = try await authenticator.principal(for: request.headers)
    let query = try Self.decode("query") { () throws(PercentEncoding.Failure) in
      try QueryString(request.uri.query ?? "")
    }
    var path: [String: String] = [:]
    for parameter in bound.route.parameters where parameter.location == .path {
      guard let text = context.parameters.get(parameter.name) else { continue }
      path[parameter.name] = try Self.decode("path") { () throws(PercentEncoding.Failure) in
        try PercentEncoding.decode(text.utf8, plusIsSpace: false)
      }
    }
    let variables = try ParameterDecoder.variables(
      of: bound.route,
      path: { path[$0] },
      query: query,
      for: principal
    )
    let result = try await execute(variables, for: principal, context.connection)
    var response = try respond(with: result, to: request.headers)
    response.headers.appendVary(authenticator.identityFields)
    ServerTiming.apply(result.report, since: start, to: &response.headers)
    return response
  }

  private static func decode<Value>(
    _ part: String,
    _ decoding: () throws(PercentEncoding.Failure) -> Value
  ) throws(Problem) -> Value {
    do {
      return try decoding()
    } catch {
      throw ErrorMapping.badRequest("The \(part) of the URL \(error.complaint)")
    }
  }

  private func execute(
    _ variables: [String: InputValue],
    for principal: Principal,
    _ connection: ConnectionState?
  ) async throws -> ExecutionResult {
    let (engine, operation) = (engine, bound.operation)
    do {
      return try await Deadline.run(within: deadline, watching: connection) {
        await engine.execute(operation, variables: variables, for: principal)
      }
    } catch is Deadline.Exceeded {
      throw ErrorMapping.deadlineExceeded
    }
  }

  /// All or nothing: REST has no place for a partial answer.
  private func respond(with result: ExecutionResult, to request: HTTPFields) throws(Problem) -> Response {
    if let error = result.errors.first { throw ErrorMapping.problem(for: error) }
    if result.body == Self.null, let onNull = bound.route.onNull { throw onNull.problem(for: "") }
    var fields = HTTPFields()
    let isKnown = AnswerCaching.apply(
      result.remaining,
      to: result.body,
      mediaType: Self.mediaType,
      for: request,
      into: &fields
    )
    if isKnown { return Response(status: .notModified, headers: fields) }
    var response = Response(json: result.body, mediaType: Self.mediaType)
    response.headers.append(contentsOf: fields)
    return response
  }

  private static let mediaType = "application/json"
}
