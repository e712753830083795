import HTTPTypes
import Hummingbird
import Logging

/// The outermost layer of every listener: request id, preflights, errors, compression, security and CORS
/// fields, access log.
///
/// One middleware rather than seven, since each one costs a suspension on every request.
struct EdgeMiddleware: RouterMiddleware {
  typealias Context = GatewayRequestContext

  let edge: Edge

  @concurrent func handle(
    _ request: Request,
    context: GatewayRequestContext,
    next: @concurrent (Request, GatewayRequestContext) async throws -> Response
  ) async throws -> Response {
    let start = ContinuousClock.now
    let requestID = RequestIdentifier.of(request.headers)
    var context = context
    // The framework's own id would only repeat ours under another name.
    context.logger[metadataKey: "hb.request.id"] = nil
    context.logger[metadataKey: "request_id"] = "\(requestID)"

    var response = await respond(to: request, context: context, next: next)
    await edge.compression.apply(to: &response, acceptEncoding: request.headers[.acceptEncoding])
    ServerTiming.complete(&response.headers, since: start)
    edge.finish(&response.headers, of: request.head, requestID: requestID)
    let bytes = response.body.contentLength ?? 0
    edge.log(
      EdgeLogLine(head: request.head, status: response.status, bytes: bytes, start: start),
      requestID: requestID,
      peer: context.peer,
      to: context.logger
    )
    return response
  }

  private func respond(
    to request: Request,
    context: GatewayRequestContext,
    next: @concurrent (Request, GatewayRequestContext) async throws -> Response
  ) async -> Response {
    if let fields = edge.cors.preflight(request.head) { return Response(status: .noContent, headers: fields) }
    do {
      return try await next(request, context)
    } catch {
      let problem = ErrorMapping.problem(for: error)
      if problem.status == .internalServerError {
        context.logger.error("Request failed", metadata: ["error": "\(String(reflecting: error))"])
      }
      return Response(problem)
    }
  }
}
