public import JSON
public import Schema

/// What a client asks: the document's bytes, which of its operations, and the variables as they came.
public struct GraphQLRequest: Sendable {
  public let document: [UInt8]
  public let operationName: String?
  /// An object, null or nil.
  public let variables: JSONValue?
  /// What a mutation is answered with where the transport only reads; nil where mutations are performed.
  public var mutationRefusal: GraphQLError?
  /// Whether the answer tells in `extensions.tracegate` how it came about.
  public var explains: Bool

  public init(
    document: [UInt8],
    operationName: String? = nil,
    variables: JSONValue? = nil,
    mutationRefusal: GraphQLError? = nil,
    explains: Bool = false
  ) {
    self.document = document
    self.operationName = operationName
    self.variables = variables
    self.mutationRefusal = mutationRefusal
    self.explains = explains
  }
}

/// What a request is answered with.
public struct ExecutionResult: Sendable {
  public enum Kind: Sendable, Hashable {
    /// Refused before execution: there is no `data` entry (spec section 7.1, request error result).
    case requestError
    /// Executed; `data` may be null or partial.
    case data
  }

  public let kind: Kind
  /// JSON: the response map `{"data":…,"errors":…}`, or for a stored operation the bare value of its body field.
  public let body: [UInt8]
  public let errors: [GraphQLError]
  /// How long the answer may be taken for what a new one would be: the smallest time that its fields stay cached. Zero
  /// when one of them is not, nil when the answer must not be kept: an error, a mutation, an explained answer.
  public internal(set) var remaining: Duration?
  /// Nil for a request that was refused before execution.
  public internal(set) var report: ExecutionReport?
  /// Set on an answer from memory that a repeat of the request may be given again; see ``QueryEngine/repeated(_:)``.
  public internal(set) var basis: AnswerBasis?
}

extension ExecutionResult {
  /// A request that is refused before its document is looked at.
  public init(refused error: GraphQLError) {
    self.init(refused: [error])
  }

  /// A request error result (spec section 7.1.1).
  init(refused errors: [GraphQLError]) {
    var json = JSONWriter()
    json.beginObject()
    json.key("errors")
    ErrorWriter.write(errors, into: &json)
    json.endObject()
    self.init(kind: .requestError, body: json.bytes, errors: errors, remaining: nil, report: nil)
  }
}
