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
    let principal = try await authenticator.principal(for: request.headers)
    guard let query = QueryString(request.uri.query ?? "") else {
      throw ErrorMapping.badRequest("The query of the URL is not percent-encoded UTF-8")
    }
    let variables = try ParameterDecoder.variables(
      of: bound.route,
      path: { name in
        context.parameters.get(name).flatMap { PercentEncoding.decode($0.utf8, plusIsSpace: false) }
      },
      query: query,
      for: principal
    )
    return try respond(with: try await execute(variables, for: principal))
  }

  private func execute(
    _ variables: [String: InputValue],
    for principal: Principal
  ) async throws -> ExecutionResult {
    let (engine, operation) = (engine, bound.operation)
    do {
      return try await Deadline.run(within: deadline) {
        await engine.execute(operation, variables: variables, for: principal)
      }
    } catch is Deadline.Exceeded {
      throw ErrorMapping.deadlineExceeded
    }
  }

  /// All or nothing: REST has no place for a partial answer.
  private func respond(with result: ExecutionResult) throws(Problem) -> Response {
    if let error = result.errors.first { throw ErrorMapping.problem(for: error) }
    if result.body == Self.null, let onNull = bound.route.onNull { throw onNull.problem(for: "") }
    return Response(json: result.body)
  }
}
