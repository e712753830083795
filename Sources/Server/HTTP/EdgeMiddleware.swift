import HTTPTypes
import Hummingbird
import Logging

/// The outermost layer of every listener: request id, preflights, errors, compression, security and CORS
/// fields, access log.
///
/// One middleware rather than seven, since each one costs a suspension on every request.
struct EdgeMiddleware: RouterMiddleware {
  typealias Context = GatewayRequestContext

  let cors: CORSPolicy
  let compression: ResponseCompression

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
    await compression.apply(to: &response, acceptEncoding: request.headers[.acceptEncoding])
    SecurityHeaders.apply(to: &response.headers)
    cors.apply(to: &response.headers, for: request.headers)
    if let field = RequestIdentifier.field { response.headers[field] = requestID }
    log(request, response, context, took: ContinuousClock.now - start)
    return response
  }

  private func respond(
    to request: Request,
    context: GatewayRequestContext,
    next: @concurrent (Request, GatewayRequestContext) async throws -> Response
  ) async -> Response {
    if let fields = cors.preflight(request.head) { return Response(status: .noContent, headers: fields) }
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

  /// Method, path without its query, status, time: never header fields, arguments or bodies.
  private func log(_ request: Request, _ response: Response, _ context: GatewayRequestContext, took: Duration) {
    let level: Logger.Level = response.status.kind == .serverError ? .warning : .info
    guard context.logger.logLevel <= level else { return }
    let microseconds = took.components.seconds * 1_000_000 + took.components.attoseconds / 1_000_000_000_000
    context.logger.log(
      level: level,
      "\(request.method.rawValue) \(request.uri.path) \(response.status.code)",
      metadata: [
        "us": "\(microseconds)",
        "bytes": "\(response.body.contentLength ?? 0)",
        "peer": "\(context.peer)",
      ]
    )
  }
}
