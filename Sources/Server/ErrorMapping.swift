import Database
import HTTPTypes
import Hummingbird
import JSON
import NIOHTTP1
import Schema

/// What a client is told when something goes wrong: status, harmless text, when to come back.
struct Problem: Error, Sendable, Equatable {
  var status: HTTPResponse.Status
  var detail: Detail
  var code: ErrorCode
  /// Seconds, written as `Retry-After`.
  var retryAfter: Int?
  /// The methods that a path does take, written as `Allow`.
  var allow: String?
  /// The codings that a request's body may have, written as `Accept-Encoding`.
  var acceptEncoding: String?

  enum Detail: Sendable, Equatable {
    case text(String)
    case issues([FieldIssue])
  }
}

/// One entry of a 422's `detail`, as the platform's clients know it.
struct FieldIssue: Sendable, Equatable {
  /// A short machine-readable kind, for example `less_than_equal`.
  var type: String
  /// Where the value stood: `["query", "limit"]`.
  var location: [String]
  var message: String
  /// The value as JSON text; nil when there was none or it must not be echoed.
  var input: [UInt8]?
}

/// The one place that turns failures into what clients see. Nothing of an error but what is made here leaves the server.
enum ErrorMapping {
  // MARK: Ours

  static let unauthenticated = text(.unauthorized, "Not authenticated", .unauthenticated)
  static let invalidToken = text(.unauthorized, "Could not validate credentials", .unauthenticated)
  static let wrongCredentials = text(.unauthorized, "Incorrect email or password", .unauthenticated)
  static let missingContext = text(
    .forbidden,
    "X-Workspace-ID (a UUID) and X-User-ID headers are required",
    .forbidden
  )
  static let foreignWorkspace = text(.forbidden, "Not a member of this workspace", .forbidden)
  static let notFound = text(.notFound, "Not Found", .notFound)
  static let emailTaken = text(.conflict, "Email already registered", .conflict)
  static let bodyTooLarge = text(.contentTooLarge, "The request body is too large", .byteLimitExceeded)
  static let malformedBody = text(.badRequest, "The request body is not well-formed HTTP", .badRequest)
  static var unsupportedContentCoding: Problem {
    var problem = text(
      .unsupportedMediaType,
      "The Content-Encoding must be one of \(ContentCoding.supported)",
      .badRequest
    )
    problem.acceptEncoding = ContentCoding.supported
    return problem
  }
  static func undecodableBody(_ coding: ContentCoding) -> Problem {
    badRequest("The request body is not well-formed \(coding.rawValue)")
  }
  static let malformedRequest = text(.badRequest, "The request is not well-formed HTTP", .badRequest)
  static let badHost = text(.badRequest, "The request needs one Host header field, and a host in it", .badRequest)
  static let unknownTransferCoding = text(
    .notImplemented,
    "The only transfer coding that is understood is chunked",
    .badRequest
  )
  static let fieldsTooLarge = text(
    .requestHeaderFieldsTooLarge,
    "The header fields of the request are too large or too many",
    .badRequest
  )
  static let incompleteBody = text(.badRequest, "The request body ended before it was complete", .badRequest)
  static let bodyTooSlow = text(.requestTimeout, "The request body did not arrive in time", .deadlineExceeded)
  static let deadlineExceeded = text(
    .serviceUnavailable,
    "The request took too long; ask for less or try again",
    .deadlineExceeded
  )
  static let internalError = text(.internalServerError, "Internal server error", .internalServerError)

  static func methodNotAllowed(allow: String) -> Problem {
    var problem = text(.methodNotAllowed, "Method Not Allowed", .badRequest)
    problem.allow = allow
    return problem
  }

  static func unavailable(_ what: String, retryAfter: Int = 1) -> Problem {
    var problem = text(.serviceUnavailable, what, .serviceUnavailable)
    problem.retryAfter = retryAfter
    return problem
  }

  static func tooManyLogins(retryAfter: Int) -> Problem {
    var problem = text(.tooManyRequests, "Too many failed logins; try again later", .rateLimited)
    problem.retryAfter = retryAfter
    return problem
  }

  static func unsupportedMediaType(_ supported: String) -> Problem {
    text(.unsupportedMediaType, "The Content-Type must be \(supported)", .badRequest)
  }

  static let unsupportedCharset = text(
    .unsupportedMediaType,
    "The charset of the Content-Type must be utf-8",
    .badRequest
  )
  static let crossSiteRequest = text(
    .forbidden,
    "A GET with cookies and without Authorization needs an X-Requested-With header or an Accept that names a JSON type",
    .forbidden
  )

  static let notAcceptable = text(
    .notAcceptable,
    "Accept must allow application/graphql-response+json or application/json",
    .badRequest
  )

  static func badRequest(_ message: String) -> Problem { text(.badRequest, message, .badRequest) }

  static func invalidTimeRange(_ range: String) -> Problem {
    text(.badRequest, "Invalid time range: \(range)", .invalidTimeRange)
  }

  static func invalid(_ issues: [FieldIssue]) -> Problem {
    Problem(status: .unprocessableContent, detail: .issues(issues), code: .badUserInput)
  }

  static func text(_ status: HTTPResponse.Status, _ text: String, _ code: ErrorCode) -> Problem {
    Problem(status: status, detail: .text(text), code: code)
  }

  // MARK: The engine's

  /// The answer of a REST route to the first error of its operation.
  static func problem(for error: GraphQLError) -> Problem {
    let status = restStatus(of: error.code)
    switch status {
    case .internalServerError: return internalError
    case .unprocessableContent:
      return invalid([FieldIssue(type: "value_error", location: ["query"], message: error.message)])
    case .serviceUnavailable: return unavailable(error.message)
    case .badRequest where error.code == .invalidTimeRange:
      return text(status, timeRangeDetail(error.message), error.code)
    default: return text(status, error.message, error.code)
    }
  }

  /// `Invalid time range: …`, without what GraphQL says before it of the variable.
  private static func timeRangeDetail(_ message: String) -> String {
    let marker = "Invalid time range: "
    let parts = message.split(separator: marker, maxSplits: 1, omittingEmptySubsequences: false)
    return marker + (parts.count == 2 ? parts[1] : parts[0])
  }

  /// A document behind a REST route is ours, so what a client can do wrong is a value; all else is our fault.
  static func restStatus(of code: ErrorCode) -> HTTPResponse.Status {
    switch code {
    case .invalidTimeRange, .badRequest, .costLimitExceeded, .byteLimitExceeded: .badRequest
    case .badUserInput: .unprocessableContent
    case .unauthenticated: .unauthorized
    case .forbidden: .forbidden
    case .notFound: .notFound
    case .conflict: .conflict
    case .rateLimited: .tooManyRequests
    case .serviceUnavailable, .deadlineExceeded: .serviceUnavailable
    case .graphqlParseFailed, .graphqlValidationFailed, .operationResolutionFailure, .tokenLimitExceeded,
      .depthLimitExceeded, .aliasLimitExceeded, .rootFieldLimitExceeded, .directiveLimitExceeded,
      .fieldLimitExceeded, .persistedQueryNotFound, .persistedQueryNotSupported, .documentNotTrusted,
      .internalServerError:
      .internalServerError
    }
  }

  // MARK: Anybody's

  /// What is left to say of an error that no handler has mapped. Anything unknown is a 500 that says nothing.
  static func problem(for error: any Error) -> Problem {
    switch error {
    case let problem as Problem: problem
    case let error as DatabaseError: self.problem(for: error)
    case let error as HTTPError where error.status == .notFound: notFound
    case let error as HTTPError where error.status == .contentTooLarge: bodyTooLarge
    case let error as HTTPError where error.status.kind == .clientError:
      text(error.status, error.status.reasonPhrase, .badRequest)
    default: internalError
    }
  }

  /// What is said of bytes that are no request.
  static func problem(forHTTP error: any Error) -> Problem {
    switch error {
    case RequestHeadHandler.Failure.host: badHost
    case RequestHeadHandler.Failure.transferCoding: unknownTransferCoding
    case HTTPParserError.headerOverflow: fieldsTooLarge
    default: malformedRequest
    }
  }

  /// What a client is told of the database: that it is away or slow, and nothing else.
  static func problem(for error: DatabaseError) -> Problem {
    switch error.code {
    case .unavailable, .poolExhausted: unavailable("The database is not available; try again")
    case .timeout, .cancelled: deadlineExceeded
    case .invalidParameter, .sql, .configuration, .misuse, .migration: internalError
    }
  }

  // MARK: Bodies

  /// `{"detail": …}`.
  static func detailBody(of problem: Problem) -> [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    json.key("detail")
    switch problem.detail {
    case .text(let text): json.string(text)
    case .issues(let issues):
      json.beginArray()
      for issue in issues { write(issue, into: &json) }
      json.endArray()
    }
    json.endObject()
    return json.bytes
  }

  /// `{"errors": [{"message": …, "extensions": {"code": …}}]}`: a request error result, GraphQL section 7.1.
  static func graphQLBody(of problem: Problem) -> [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    json.key("errors")
    json.beginArray()
    json.beginObject()
    json.key("message")
    json.string(message(of: problem))
    json.key("extensions")
    json.beginObject()
    json.key("code")
    json.string(problem.code.rawValue)
    json.endObject()
    json.endObject()
    json.endArray()
    json.endObject()
    return json.bytes
  }

  /// The header fields that go with a problem.
  static func fields(of problem: Problem) -> HTTPFields {
    var fields = HTTPFields()
    if problem.status == .unauthorized { fields[.wwwAuthenticate] = "Bearer" }
    if let seconds = problem.retryAfter { fields[.retryAfter] = "\(seconds)" }
    if let allow = problem.allow { fields[.allow] = allow }
    if let codings = problem.acceptEncoding { fields[.acceptEncoding] = codings }
    return fields
  }

  private static func message(of problem: Problem) -> String {
    switch problem.detail {
    case .text(let text): text
    case .issues(let issues): issues.map(\.message).joined(separator: "; ")
    }
  }

  private static func write(_ issue: FieldIssue, into json: inout JSONWriter) {
    json.beginObject()
    json.key("type")
    json.string(issue.type)
    json.key("loc")
    json.beginArray()
    for step in issue.location { json.string(step) }
    json.endArray()
    json.key("msg")
    json.string(issue.message)
    if let input = issue.input {
      json.key("input")
      json.raw(input)
    }
    json.endObject()
  }
}
