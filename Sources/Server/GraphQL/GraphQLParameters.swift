import JSON

/// The parameters of one GraphQL-over-HTTP request (draft, section 5.1), wherever they were written.
struct GraphQLParameters: Sendable {
  /// The document's UTF-8.
  var query: [UInt8]?
  /// Names a stored document instead (appendix "Persisted Documents").
  var documentID: String?
  var operationName: String?
  /// An object, or nil.
  var variables: JSONValue?
  /// An object, or nil.
  var extensions: JSONValue?
}

/// What one HTTP request asks for.
enum GraphQLCall: Sendable {
  case one(GraphQLParameters)
  /// An array; what is wrong with one element is that element's answer.
  case batch([Result<GraphQLParameters, Problem>])
}
