import HTTPTypes

/// The head of a request to `/graphql`, free of any framework: what decides how it is read and answered.
struct GraphQLHTTPRequest: Sendable {
  var method: HTTPRequest.Method
  var fields: HTTPFields
  /// What stands behind the `?` of the URL, not decoded.
  var query: String

  init(method: HTTPRequest.Method, fields: HTTPFields, query: String = "") {
    self.method = method
    self.fields = fields
    self.query = query
  }

  init(_ head: HTTPRequest) {
    let parts = (head.path ?? "").split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    self.init(method: head.method, fields: head.headerFields, query: parts.count == 2 ? String(parts[1]) : "")
  }
}

/// A whole answer, free of any framework.
struct GraphQLHTTPResponse: Sendable, Equatable {
  var status: HTTPResponse.Status
  var fields: HTTPFields
  var body: [UInt8]
}
