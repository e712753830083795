import HTTPTypes
import Hummingbird

/// The routes of one listener, gathered before its router is made, so that a path which exists answers a wrong method
/// with 405 and `Allow` (RFC 9110 section 15.5.6) rather than 404.
struct RouteRegistry {
  typealias Handler = @Sendable (Request, GatewayRequestContext) async throws -> Response

  private var paths: [(path: String, handlers: [(method: HTTPRequest.Method, handler: Handler)])] = []
  /// Paths whose handler answers what it does not take itself, in its own words.
  private var refusals: [String: Handler] = [:]

  /// Methods that clients are known to try; `OPTIONS` is always answered.
  private static let knownMethods: [HTTPRequest.Method] =
    [.get, .head, .post, .put, .patch, .delete, .connect, .trace] + ["QUERY", "PROPFIND"].compactMap { .init($0) }

  /// The paths registered so far.
  var registeredPaths: Set<String> { Set(paths.map(\.path)) }

  mutating func on(_ method: HTTPRequest.Method, _ path: String, _ handler: @escaping Handler) {
    if let index = paths.firstIndex(where: { $0.path == path }) {
      paths[index].handlers.append((method, handler))
    } else {
      paths.append((path, [(method, handler)]))
    }
  }

  /// Every method goes to one handler, which takes `methods` and refuses the others.
  mutating func on(_ methods: [HTTPRequest.Method], _ path: String, refusingOthers handler: @escaping Handler) {
    for method in methods { on(method, path, handler) }
    refusals[path] = handler
  }

  /// A handler that is cancelled when it takes too long.
  static func within(_ limit: Duration, _ handler: @escaping Handler) -> Handler {
    { request, context in
      do {
        return try await Deadline.run(within: limit) { try await handler(request, context) }
      } catch is Deadline.Exceeded {
        throw ErrorMapping.deadlineExceeded
      }
    }
  }

  /// `HEAD` answers what `GET` would, without the body; `OPTIONS` says what there is.
  func makeRouter(edge: EdgeMiddleware) -> Router<GatewayRequestContext> {
    let router = Router(context: GatewayRequestContext.self, options: .autoGenerateHeadEndpoints)
    router.add(middleware: edge)
    for (path, handlers) in paths {
      for (method, handler) in handlers { router.on(RouterPath(path), method: method, use: handler) }
      refuseOtherMethods(of: path, than: handlers.map(\.method), on: router)
    }
    return router
  }

  private func refuseOtherMethods(
    of path: String,
    than methods: [HTTPRequest.Method],
    on router: Router<GatewayRequestContext>
  ) {
    var allowed = methods.map(\.rawValue)
    if methods.contains(.get) { allowed.append("HEAD") }
    allowed.append("OPTIONS")
    let allow = allowed.joined(separator: ", ")
    router.on(RouterPath(path), method: .options) { _, _ in
      Response(status: .noContent, headers: [.allow: allow])
    }
    let refuse = refusals[path] ?? { _, _ in throw ErrorMapping.methodNotAllowed(allow: allow) }
    for method in Self.knownMethods where !methods.contains(method) {
      if method == .head, methods.contains(.get) { continue }
      router.on(RouterPath(path), method: method, use: refuse)
    }
  }
}
