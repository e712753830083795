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

  private static let graphQLCases: [Case] = [
    .graphQL("malformed JSON", #"{"query": "{ alerts"#, 400, ""),
    .graphQL("no query", #"{"variables": {}}"#, 400, ""),
    .graphQL("syntax error", #"{"query": "{ alerts { total }"}"#, 400, ""),
    .graphQL("unknown field", #"{"query": "{ alerts { totl } }"}"#, 400, ""),
    .graphQL(
      "wrong type of a variable",
      #"{"query": "query Q($n: Int!) { alerts(limit: $n) { total } }", "variables": {"n": "ten"}}"#,
      400,
      ""
    ),
    .graphQL("bad range", #"{"query": "{ homeKpis(range: \"25h\") { asOf } }"}"#, 400, ""),
    .graphQL(
      "bad range in a variable",
      #"{"query": "query Q($r: TimeRange!) { homeKpis(range: $r) { asOf } }", "variables": {"r": "yesterday"}}"#,
      400,
      ""
    ),
    .graphQL("limit 0", #"{"query": "{ alerts(limit: 0) { total } }"}"#, 400, ""),
    .graphQL(
      "limit 101 in a variable",
      #"{"query": "query Q($n: Int!) { alerts(limit: $n) { total } }", "variables": {"n": 101}}"#,
      400,
      ""
    ),
    .graphQL("unknown trace", #"{"query": "{ trace(traceId: \"there-is-none\") { traceId } }"}"#, 200, ""),
    Case(name: "old media type", body: #"{"query": "{ alerts { totl } }"}"#, status: 200, answer: ""),
    Case(
      name: "no JSON",
      fields: [("Content-Type", "text/plain")],
      body: "{ alerts { total } }",
      status: 415,
      answer: ""
    ),
  ]

  private static let restCases: [Case] = [
    .get("bad range by REST", "/api/v1/metrics/home-kpis?range=25h", 400, ""),
    .get("custom range without an end", "/api/v1/metrics/home-kpis?range=custom&start=2026-01-01T00:00:00Z", 400, ""),
    .get("limit 0 by REST", "/api/v1/alerts/recent?limit=0", 422, ""),
    .get("limit 101 by REST", "/api/v1/activity/stream?limit=101", 422, ""),
    .get("limit that is no number", "/api/v1/activity/stream?limit=ten", 422, ""),
    .get("unknown severity", "/api/v1/alerts/recent?severity=bad", 422, ""),
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
      none.text == #"{"errors":[{"message":"Not authenticated","extensions":{"code":"UNAUTHENTICATED"}}]}"#
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
    case changedPayload, changedSignature, withoutSignature, algorithmNone, garbage

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
        {"email":"\#(gateway.owner.email.uppercased())","password":"another password","full_name":"x","workspace_name":"y"}
        """#
    )
    #expect(again.status == 409)
    #expect(again.text == #"{"detail":"Email already registered"}"#)
  }
}
