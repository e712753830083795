import Foundation
import TestSupport
import Testing

/// Everything a client can get wrong is answered with a status and words that say what, and nothing about our insides.
@Suite(.needsServers, .gateway, .serialized)
struct BadInputTests {
  /// A request and its whole answer.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    var method = "POST"
    var path = "/graphql"
    var fields: [(String, String)] = [("Content-Type", "application/json")]
    var body: String?
    let status: Int
    let answer: String

    var testDescription: String { name }

    /// A GraphQL request for the modern media type, whose request errors have a status of their own.
    static func graphQL(_ name: String, _ body: String, _ status: Int, _ answer: String) -> Case {
      Case(
        name: name,
        fields: [("Content-Type", "application/json"), ("Accept", "application/graphql-response+json")],
        body: body,
        status: status,
        answer: answer
      )
    }

    /// The whole answer with one error: at a column of line 1, and with a root field that it made `null`.
    static func errors(_ message: String, _ code: String, column: Int? = nil, nulled: String? = nil) -> String {
      let data = nulled.map { #""data":{"\#($0)":null},"# } ?? ""
      let place = column.map { #","locations":[{"line":1,"column":\#($0)}]"# } ?? ""
      let path = nulled.map { #","path":["\#($0)"]"# } ?? ""
      return #"{\#(data)"errors":[{"message":"\#(message)"\#(place)\#(path),"extensions":{"code":"\#(code)"}}]}"#
    }

    /// The whole answer to a parameter of the URL that does not fit.
    static func issue(_ type: String, _ parameter: String, _ message: String, _ input: String) -> String {
      #"{"detail":[{"type":"\#(type)","loc":["query","\#(parameter)"],"msg":"\#(message)","input":"\#(input)"}]}"#
    }

    static func get(_ name: String, _ path: String, _ status: Int, _ answer: String) -> Case {
      Case(name: name, method: "GET", path: path, fields: [], status: status, answer: answer)
    }
  }

  private let gateway: GatewayUnderTest

  init() throws {
    gateway = try GatewayUnderTest.required()
  }

  @Test(arguments: graphQLCases + restCases)
  func saysWhatIsWrong(_ wrong: Case) async throws {
    let answer = try await gateway.owner.client.send(
      wrong.method,
      wrong.path,
      fields: wrong.fields,
      body: wrong.body.map { Array($0.utf8) }
    )
    #expect(answer.status == wrong.status)
    #expect(answer.text == wrong.answer)
  }

  private static let rangeForms =
    "is neither 1h, 24h, 7d or 30d nor an interval such as "
    + "2025-10-01T00:00:00Z/2025-10-08T00:00:00Z or 2025-10-01T00:00:00Z/P7D"

  private static let graphQLCases: [Case] = [
    .graphQL(
      "malformed JSON",
      #"{"query": "{ alerts"#,
      400,
      Case.errors(#"The request body is not JSON: A string is not closed at line 1, column 11"#, "BAD_REQUEST")
    ),
    .graphQL(
      "no query",
      #"{"variables": {}}"#,
      400,
      Case.errors(#"The request has no \"query\""#, "BAD_REQUEST")
    ),
    .graphQL(
      "syntax error",
      #"{"query": "{ alerts { total }"}"#,
      400,
      Case.errors(#"Syntax Error: Expected Name, found <EOF>."#, "GRAPHQL_PARSE_FAILED", column: 19)
    ),
    .graphQL(
      "unknown field",
      #"{"query": "{ alerts { totl } }"}"#,
      400,
      Case.errors(
        #"Cannot query field \"totl\" on type \"AlertList\". Did you mean \"total\"?"#,
        "GRAPHQL_VALIDATION_FAILED",
        column: 12
      )
    ),
    .graphQL(
      "too many aliases",
      #"{"query": "{ \#((0..<3_000).map { "a\($0): __typename" }.joined(separator: " ")) }"}"#,
      400,
      Case.errors(
        "The operation has 3000 aliases; at most 100 are allowed.",
        "ALIAS_LIMIT_EXCEEDED",
        column: 1
      )
    ),
    .graphQL(
      "wrong type of a variable",
      #"{"query": "query Q($n: Int!) { alerts(limit: $n) { total } }", "variables": {"n": "ten"}}"#,
      400,
      Case.errors(
        #"Variable \"$n\" got invalid value \"ten\"; Int cannot represent non-integer value: \"ten\""#,
        "BAD_USER_INPUT",
        column: 9
      )
    ),
    .graphQL(
      "bad range",
      #"{"query": "{ homeKpis(range: \"25h\") { asOf } }"}"#,
      400,
      Case.errors(
        #"Invalid time range: \"25h\" \#(rangeForms)"#,
        "INVALID_TIME_RANGE",
        column: 19
      )
    ),
    .graphQL(
      "bad range in a variable",
      #"{"query": "query Q($r: TimeRange!) { homeKpis(range: $r) { asOf } }", "variables": {"r": "yesterday"}}"#,
      400,
      Case.errors(
        #"Variable \"$r\" got invalid value \"yesterday\"; Invalid time range: \"yesterday\" \#(rangeForms)"#,
        "INVALID_TIME_RANGE",
        column: 9
      )
    ),
    .graphQL(
      "limit 0",
      #"{"query": "{ alerts(limit: 0) { total } }"}"#,
      200,
      Case.errors(
        #"Argument \"limit\" has invalid value 0: it must be between 1 and 100."#,
        "BAD_USER_INPUT",
        column: 17,
        nulled: "alerts"
      )
    ),
    .graphQL(
      "limit 101 in a variable",
      #"{"query": "query Q($n: Int!) { alerts(limit: $n) { total } }", "variables": {"n": 101}}"#,
      200,
      Case.errors(
        #"Argument \"limit\" has invalid value 101: it must be between 1 and 100."#,
        "BAD_USER_INPUT",
        column: 35,
        nulled: "alerts"
      )
    ),
    .graphQL(
      "unknown trace",
      #"{"query": "{ trace(traceId: \"there-is-none\") { traceId } }"}"#,
      200,
      #"{"data":{"trace":null}}"#
    ),
    Case(
      name: "old media type",
      fields: [("Content-Type", "application/json"), ("Accept", "application/json")],
      body: #"{"query": "{ alerts { totl } }"}"#,
      status: 200,
      answer:
        Case.errors(
          #"Cannot query field \"totl\" on type \"AlertList\". Did you mean \"total\"?"#,
          "GRAPHQL_VALIDATION_FAILED",
          column: 12
        )
    ),
    Case(
      name: "no JSON",
      fields: [("Content-Type", "text/plain")],
      body: "{ alerts { total } }",
      status: 415,
      answer:
        Case.errors(#"The Content-Type must be application/json"#, "BAD_REQUEST")
    ),
  ]

  private static let restCases: [Case] = [
    .get("bad range by REST", "/api/v1/metrics/home-kpis?range=25h", 400, #"{"detail":"Invalid time range: 25h"}"#),
    .get(
      "custom range without an end",
      "/api/v1/metrics/home-kpis?range=custom&start=2026-01-01T00:00:00Z",
      400,
      #"{"detail":"Invalid time range: custom needs both start and end"}"#
    ),
    .get(
      "limit 0 by REST",
      "/api/v1/alerts/recent?limit=0",
      422,
      Case.issue("greater_than_equal", "limit", "Input should be greater than or equal to 1", "0")
    ),
    .get(
      "limit 101 by REST",
      "/api/v1/activity/stream?limit=101",
      422,
      Case.issue("less_than_equal", "limit", "Input should be less than or equal to 100", "101")
    ),
    .get(
      "limit that is no number",
      "/api/v1/activity/stream?limit=ten",
      422,
      Case.issue("int_parsing", "limit", "Input should be a valid integer, unable to parse string as an integer", "ten")
    ),
    .get(
      "unknown severity",
      "/api/v1/alerts/recent?severity=bad",
      422,
      Case.issue("literal_error", "severity", "Input should be 'info', 'warning' or 'critical'", "bad")
    ),
    .get(
      "U+0000 in a parameter",
      "/api/v1/traces?agent_id=%00",
      400,
      #"{"detail":"The query of the URL must not contain U+0000"}"#
    ),
    .get(
      "no UTF-8 in a parameter",
      "/api/v1/traces?agent_id=%ff",
      400,
      #"{"detail":"The query of the URL is not percent-encoded UTF-8"}"#
    ),
    .get(
      "no UTF-8 in the path",
      "/api/v1/traces/%ff",
      400,
      #"{"detail":"The path of the URL is not percent-encoded UTF-8"}"#
    ),
    .get("U+0000 in the path", "/api/v1/traces/%00", 400, #"{"detail":"The path of the URL must not contain U+0000"}"#),
    .get("unknown trace by REST", "/api/v1/traces/there-is-none", 404, #"{"detail":"Trace not found"}"#),
    .get("unknown path", "/api/v1/nothing", 404, #"{"detail":"Not Found"}"#),
    Case(
      name: "wrong method",
      path: "/api/v1/alerts/recent",
      body: "{}",
      status: 405,
      answer: #"{"detail":"Method Not Allowed"}"#
    ),
  ]

  // MARK: - Identity

  @Test(arguments: ["/api/v1/alerts/recent", "/api/v1/traces/x", "/api/v1/auth/me"])
  func asksForAToken(path: String) async throws {
    let none = try await gateway.anybody.get(path)
    #expect(none.status == 401)
    #expect(none["www-authenticate"] == "Bearer")
    #expect(none.text == #"{"detail":"Not authenticated"}"#)
  }

  @Test func asksForATokenBeforeItReadsAQuery() async throws {
    let none = try await gateway.anybody.graphQL("{ nonsense")
    #expect(none.status == 401)
    #expect(
      none.text == Case.errors(#"Not authenticated"#, "UNAUTHENTICATED")
    )
  }

  @Test(arguments: ForeignToken.allCases)
  func refusesATokenThatIsNotOurs(kind: ForeignToken) async throws {
    let token = try kind.token(from: gateway.owner)
    let answer = try await gateway.anybody.with(token: token).get("/api/v1/alerts/recent")
    #expect(answer.status == 401)
    #expect(answer.text == #"{"detail":"Could not validate credentials"}"#)
  }

  /// Tokens that look like ours.
  enum ForeignToken: CaseIterable {
    case changedPayload, changedSignature, withoutSignature, algorithmNone, garbage, padded

    func token(from account: GatewayUnderTest.Account) throws -> String {
      let parts = account.token.split(separator: ".").map(String.init)
      guard parts.count == 3 else { throw TestFailure("not a JWT: \(account.token)") }
      switch self {
      case .changedPayload:
        let claims = #"{"user_id":"u","workspace_id":"\#(account.workspaceID)","email":"e","iat":1,"exp":99999999999}"#
        return [parts[0], Self.base64URL(claims), parts[2]].joined(separator: ".")
      case .changedSignature:
        return [parts[0], parts[1], String(parts[2].reversed())].joined(separator: ".")
      case .withoutSignature: return "\(parts[0]).\(parts[1])."
      case .algorithmNone: return [Self.base64URL(#"{"alg":"none","typ":"JWT"}"#), parts[1], ""].joined(separator: ".")
      case .garbage: return "not-a-token"
      case .padded: return account.token + "="
      }
    }

    private static func base64URL(_ text: String) -> String {
      Data(text.utf8).base64EncodedString()
        .replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
        .replacingOccurrences(of: "=", with: "")
    }
  }

  @Test func tellsNobodyWhichAccountsThereAre() async throws {
    let wrongPassword = try await gateway.anybody.post(
      "/api/v1/auth/login",
      json: #"{"email":"\#(gateway.owner.email)","password":"not this one"}"#
    )
    let unknown = try await gateway.anybody.post(
      "/api/v1/auth/login",
      json: #"{"email":"nobody@tests.example","password":"not this one"}"#
    )
    #expect(wrongPassword.status == 401)
    #expect(wrongPassword.text == #"{"detail":"Incorrect email or password"}"#)
    #expect(unknown.status == wrongPassword.status)
    #expect(unknown.text == wrongPassword.text)
  }

  @Test func registersAnAddressOnce() async throws {
    let again = try await gateway.anybody.post(
      "/api/v1/auth/register",
      json: #"""
        {
          "email": "\#(gateway.owner.email.uppercased())", "password": "another password",
          "full_name": "x", "workspace_name": "y"
        }
        """#
    )
    #expect(again.status == 409)
    #expect(again.text == #"{"detail":"Email already registered"}"#)
  }
}
