/// Every value of `extensions.code` that a client can see.
public enum ErrorCode: String, Sendable, Hashable, CaseIterable {
  // Before execution: the request is refused as a whole.

  /// The document is not GraphQL.
  case graphqlParseFailed = "GRAPHQL_PARSE_FAILED"
  /// The document does not fit the schema.
  case graphqlValidationFailed = "GRAPHQL_VALIDATION_FAILED"
  /// No such operation, or several and none named.
  case operationResolutionFailure = "OPERATION_RESOLUTION_FAILURE"
  /// A variable or argument has a value that its type does not take.
  case badUserInput = "BAD_USER_INPUT"
  /// A time range that is neither a known word nor an ISO 8601 interval.
  case invalidTimeRange = "INVALID_TIME_RANGE"
  /// The request itself is malformed: no document, variables that are no object.
  case badRequest = "BAD_REQUEST"

  // Limits.

  case byteLimitExceeded = "BYTE_LIMIT_EXCEEDED"
  case tokenLimitExceeded = "TOKEN_LIMIT_EXCEEDED"
  /// Selections, values or types nested too deeply.
  case depthLimitExceeded = "DEPTH_LIMIT_EXCEEDED"
  case aliasLimitExceeded = "ALIAS_LIMIT_EXCEEDED"
  case rootFieldLimitExceeded = "ROOT_FIELD_LIMIT_EXCEEDED"
  case directiveLimitExceeded = "DIRECTIVE_LIMIT_EXCEEDED"
  /// Fields after all fragments are written out.
  case fieldLimitExceeded = "FIELD_LIMIT_EXCEEDED"
  case costLimitExceeded = "COST_LIMIT_EXCEEDED"

  // Identity.

  case unauthenticated = "UNAUTHENTICATED"
  case forbidden = "FORBIDDEN"
  case rateLimited = "RATE_LIMITED"

  // Persisted documents.

  case persistedQueryNotFound = "PERSISTED_QUERY_NOT_FOUND"
  case persistedQueryNotSupported = "PERSISTED_QUERY_NOT_SUPPORTED"
  /// Only trusted documents are allowed here.
  case documentNotTrusted = "DOCUMENT_NOT_TRUSTED"

  // Execution: one field fails, the rest is answered.

  /// A server behind the gateway cannot be reached.
  case serviceUnavailable = "SERVICE_UNAVAILABLE"
  case deadlineExceeded = "DEADLINE_EXCEEDED"
  case notFound = "NOT_FOUND"
  case conflict = "CONFLICT"
  /// Our own fault; the message says nothing about how.
  case internalServerError = "INTERNAL_SERVER_ERROR"
}
