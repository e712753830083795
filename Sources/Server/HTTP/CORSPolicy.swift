import HTTPTypes

/// Cross-origin access for configured origins only (Fetch standard, "CORS protocol").
///
/// Identity travels in `Authorization`, never in cookies, so no credentials are allowed and `*` is safe to configure.
struct CORSPolicy: Sendable {
  private let origins: Set<String>
  private let allowsAll: Bool

  init(origins: [String]) {
    self.origins = Set(origins)
    allowsAll = origins.contains("*")
  }

  /// Whether a page of `origin` may read our answers.
  func allows(_ origin: String) -> Bool { allowsAll || origins.contains(origin) }

  /// Adds what lets the page at the request's `Origin` read the response.
  func apply(to response: inout HTTPFields, for request: HTTPFields) {
    guard !origins.isEmpty else { return }
    if !allowsAll { response.appendVary("Origin") }
    guard let origin = request[.origin], allows(origin) else { return }
    response[.accessControlAllowOrigin] = allowsAll ? "*" : origin
    response[.accessControlExposeHeaders] = "X-Request-ID, Retry-After, ETag, Age, Server-Timing"
  }

  private static let allowedHeaders =
    "Authorization, Content-Type, Accept, If-None-Match, X-Request-ID, X-Tracegate-Explain"

  /// The answer to a preflight: nil when the request is none, or its origin is not allowed.
  func preflight(_ request: HTTPRequest) -> HTTPFields? {
    guard
      request.method == .options,
      request.headerFields.contains(.accessControlRequestMethod),
      let origin = request.headerFields[.origin],
      allows(origin)
    else { return nil }
    return [
      .accessControlAllowMethods: "GET, POST, DELETE, OPTIONS",
      .accessControlAllowHeaders: Self.allowedHeaders,
      .accessControlMaxAge: "600",
    ]
  }
}

extension HTTPFields {
  mutating func appendVary(_ name: String) {
    self[.vary] = self[.vary].map { "\($0), \(name)" } ?? name
  }
}
