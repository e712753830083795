import Database
import HTTPTypes
import Hummingbird
import Schema
import Testing

@testable import Server

@Suite struct ErrorMappingTests {
  private func detail(_ problem: Problem) -> String {
    String(decoding: ErrorMapping.detailBody(of: problem), as: UTF8.self)
  }

  @Test func saysTheDocumentedWords() {
    #expect(detail(ErrorMapping.emailTaken) == #"{"detail":"Email already registered"}"#)
    #expect(detail(ErrorMapping.wrongCredentials) == #"{"detail":"Incorrect email or password"}"#)
    #expect(ErrorMapping.emailTaken.status == .conflict)
    #expect(ErrorMapping.wrongCredentials.status == .unauthorized)
  }

  @Test(
    arguments: zip(
      [
        ErrorCode.invalidTimeRange, .badUserInput, .serviceUnavailable, .deadlineExceeded, .internalServerError,
        .graphqlValidationFailed, .notFound, .rateLimited, .forbidden, .unauthenticated,
      ],
      [400, 422, 503, 503, 500, 500, 404, 429, 403, 401]
    )
  )
  func givesEachCodeItsStatus(code: ErrorCode, status: Int) {
    #expect(ErrorMapping.problem(for: GraphQLError("x", code: code)).status.code == status)
  }

  @Test func keepsOnlyTheRangeOfATimeRangeError() {
    let error = GraphQLError(
      #"Variable "$range" got invalid value "x/y"; Invalid time range: x is no instant"#,
      code: .invalidTimeRange
    )
    #expect(detail(ErrorMapping.problem(for: error)) == #"{"detail":"Invalid time range: x is no instant"}"#)
    let bare = GraphQLError("too long", code: .invalidTimeRange)
    #expect(detail(ErrorMapping.problem(for: bare)) == #"{"detail":"Invalid time range: too long"}"#)
  }

  @Test func leaksNothingOfUnknownErrors() {
    struct Secret: Error { let text = "postgresql://user:hunter2@db" }
    let problem = ErrorMapping.problem(for: Secret() as any Error)
    #expect(problem.status == .internalServerError)
    #expect(detail(problem) == #"{"detail":"Internal server error"}"#)
    let fault = ErrorMapping.problem(for: GraphQLError("relation \"x\" does not exist", code: .internalServerError))
    #expect(detail(fault) == #"{"detail":"Internal server error"}"#)
    let sql = DatabaseError(.sql(.undefinedTable), "refused", detail: "relation users")
    #expect(detail(ErrorMapping.problem(for: sql as any Error)) == #"{"detail":"Internal server error"}"#)
  }

  @Test func asksToComeBackWhenTheDatabaseIsAway() {
    let problem = ErrorMapping.problem(for: DatabaseError(.unavailable, "no server") as any Error)
    #expect(problem.status == .serviceUnavailable)
    #expect(ErrorMapping.fields(of: problem)[.retryAfter] == "1")
  }

  @Test func namesTheSchemeOn401AndTheMethodsOn405() {
    #expect(ErrorMapping.fields(of: ErrorMapping.unauthenticated)[.wwwAuthenticate] == "Bearer")
    #expect(ErrorMapping.fields(of: ErrorMapping.methodNotAllowed(allow: "POST"))[.allow] == "POST")
  }

  @Test func writesGraphQLErrorsForGraphQLClients() {
    let body = String(decoding: ErrorMapping.graphQLBody(of: ErrorMapping.invalidToken), as: UTF8.self)
    #expect(
      body == #"{"errors":[{"message":"Could not validate credentials","extensions":{"code":"UNAUTHENTICATED"}}]}"#
    )
  }

  @Test func mapsTheFrameworksErrors() {
    #expect(ErrorMapping.problem(for: HTTPError(.notFound) as any Error) == ErrorMapping.notFound)
    #expect(ErrorMapping.problem(for: HTTPError(.contentTooLarge) as any Error) == ErrorMapping.bodyTooLarge)
    #expect(
      ErrorMapping.problem(for: HTTPError(.internalServerError, message: "x") as any Error).detail
        == .text("Internal server error")
    )
  }
}
