import HTTPTypes
import Hummingbird
import Resolver
import Schema

/// `POST /graphql` (GraphQL over HTTP, draft of 2025).
struct GraphQLController: Sendable {
  let engine: QueryEngine
  let authenticator: Authenticator
  let bodies: RequestBodyReader
  let deadline: Duration

  /// At most one Redis and one PostgreSQL round trip for a query of the dashboard's kind.
  @Sendable func post(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
    guard let mediaType = MediaTypes.negotiate(request.headers[.accept]) else {
      return Response(graphQL: ErrorMapping.notAcceptable, mediaType: .json)
    }
    do {
      guard MediaTypes.isJSON(request.headers[.contentType]) else {
        throw ErrorMapping.unsupportedMediaType("application/json")
      }
      let principal = try await authenticator.principal(for: request.headers)
      var decoded = try GraphQLRequestDecoder.decode(try await bodies.read(request))
      decoded.mutationRefusal = decoded.mutationRefusal ?? authenticator.mutationRefusal
      let result = try await execute(decoded, for: principal)
      return respond(with: result, as: mediaType)
    } catch let problem as Problem {
      return Response(graphQL: problem, mediaType: mediaType)
    }
  }

  private func execute(_ request: GraphQLRequest, for principal: Principal) async throws -> ExecutionResult {
    let engine = engine
    do {
      return try await Deadline.run(within: deadline) { await engine.execute(request, for: principal) }
    } catch is Deadline.Exceeded {
      throw ErrorMapping.deadlineExceeded
    }
  }

  /// A request error is 400 in the modern type. In `application/json` it is 200, which old clients need to look at the
  /// body (section 6.4.1).
  private func respond(with result: ExecutionResult, as mediaType: GraphQLMediaType) -> Response {
    let isRefused = result.kind == .requestError && mediaType == .response
    return Response(status: isRefused ? .badRequest : .ok, json: result.body, mediaType: mediaType.contentType)
  }
}
