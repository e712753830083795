import JSON
import TestSupport
import Testing

/// The statements of the GraphQL over HTTP draft (Stage 2, of 2025), one case each, against the running program. The
/// names are what the draft says; SHOULD and RECOMMENDED are held like MUST.
@Suite(.needsServers, .gateway, .serialized)
struct AuditTests {
  /// A request, and what the draft wants of the answer.
  struct Statement: Sendable, CustomTestStringConvertible {
    let says: String
    var method = "POST"
    var target = "/graphql"
    var fields: [(String, String)] = []
    var body: String?
    var status = 200
    var answer: [(String, String)] = []
    /// Whether the body has these entries.
    var hasData: Bool?
    var hasErrors: Bool?

    var testDescription: String { says }
  }

  private let gateway: GatewayUnderTest

  init() throws {
    gateway = try GatewayUnderTest.required()
  }

  @Test(arguments: mediaTypes + parameters + url + bodies + statuses)
  func holds(_ statement: Statement) async throws {
    let answer = try await gateway.owner.client.send(
      statement.method,
      statement.target,
      fields: statement.fields,
      body: statement.body.map { Array($0.utf8) }
    )
    #expect(answer.status == statement.status, "\(answer.text)")
    for (name, value) in statement.answer { #expect(answer[name] == value) }
    let json = try answer.json
    if let hasData = statement.hasData { #expect((json["data"] != nil) == hasData, "\(answer.text)") }
    if let hasErrors = statement.hasErrors { #expect((json["errors"] != nil) == hasErrors, "\(answer.text)") }
    if let errors = json["errors"] { #expect(!errors.elements.isEmpty) }
  }

  /// "HEAD" is what `GET` says, without the body.
  @Test func answersHEADLikeGETWithoutTheBody() async throws {
    let target = "/graphql?query=%7B__typename%7D"
    let get = try await gateway.owner.client.get(target)
    let head = try await gateway.owner.client.send("HEAD", target)
    #expect(get.text == #"{"data":{"__typename":"Query"}}"#)
    #expect(head.status == get.status)
    #expect(head["content-length"] == "\(get.body.count)")
    #expect(head["content-type"] == get["content-type"])
    #expect(head.body.isEmpty)
  }

  // MARK: - What is sent

  private static let modern = "application/graphql-response+json"
  private static let old = "application/json"

  private static func type(_ mediaType: String) -> [(String, String)] {
    [("content-type", "\(mediaType); charset=utf-8")]
  }

  private static func post(
    _ says: String,
    _ body: String?,
    accept: String? = modern,
    contentType: String? = "application/json",
    _ status: Int = 200,
    answer: [(String, String)] = [],
    data: Bool? = nil,
    errors: Bool? = nil
  ) -> Statement {
    var fields: [(String, String)] = []
    if let accept { fields.append(("Accept", accept)) }
    if let contentType { fields.append(("Content-Type", contentType)) }
    return Statement(
      says: says,
      fields: fields,
      body: body,
      status: status,
      answer: answer,
      hasData: data,
      hasErrors: errors
    )
  }

  private static func get(
    _ says: String,
    _ query: String,
    accept: String? = modern,
    _ status: Int = 200,
    answer: [(String, String)] = [],
    data: Bool? = nil
  ) -> Statement {
    Statement(
      says: says,
      method: "GET",
      target: "/graphql?" + query,
      fields: accept.map { [("Accept", $0)] } ?? [],
      status: status,
      answer: answer,
      hasData: data
    )
  }

  private static let typename = #"{"query":"{ __typename }"}"#

  // MARK: - Media types

  private static let mediaTypes: [Statement] = [
    post("Servers MUST support JSON", typename, accept: old, answer: type(old), data: true),
    post("A server MUST support application/graphql-response+json", typename, answer: type(modern), data: true),
    post(
      "The server MUST respect the Accept header: the highest priority that is supported",
      typename,
      accept: "text/html, application/json;q=0.5, application/graphql-response+json;q=0.4",
      answer: type(old)
    ),
    post(
      "The field that clients are RECOMMENDED to send gets the preferred type",
      typename,
      accept: "application/graphql-response+json; charset=utf-8, application/json; charset=utf-8",
      answer: type(modern)
    ),
    post("A wildcard gets the type that every client takes", typename, accept: "*/*", answer: type(old)),
    post(
      "Without Accept the server SHOULD act as if it were application/graphql-response+json",
      typename,
      accept: nil,
      answer: type(modern)
    ),
    post(
      "With no supported media type in Accept, respond with 406 (RECOMMENDED)",
      typename,
      accept: "text/html, application/json;q=0",
      406,
      data: false,
      errors: true
    ),
    post(
      "utf-8 MUST be assumed where no encoding is indicated",
      #"{"query":"{ __type(name: \"Rün🏃\") { name } }"}"#,
      answer: type(modern),
      data: true,
      errors: false
    ),
    post(
      "A server MUST support application/json encoded with UTF-8",
      #"{"query":"{ __type(name: \"Rün🏃\") { name } }"}"#,
      contentType: "application/json; charset=utf-8",
      data: true,
      errors: false
    ),
    post(
      "Another encoding is not supported",
      typename,
      contentType: "application/json; charset=utf-16",
      415,
      data: false
    ),
    post("Without Content-Type a POST SHOULD be rejected with 4xx", typename, contentType: nil, 415, data: false),
    post("Another media type is not supported", "query=%7B__typename%7D", contentType: "text/plain", 415, data: false),
    post(
      "What a form of a web page can send is not supported",
      "query=%7B__typename%7D",
      contentType: "application/x-www-form-urlencoded",
      415,
      data: false
    ),
  ]

  // MARK: - Parameters

  /// The values that a parameter must not have, for both types of answer: a malformed request SHOULD result in 400.
  private static func refused(_ name: String, _ values: [String], _ rest: String) -> [Statement] {
    [modern, old].flatMap { (accept: String) -> [Statement] in
      values.map { value in
        post(
          "{\(name)} \(value) is not well-formed: 400 in \(accept)",
          #"{"\#(name)":\#(value)\#(rest)}"#,
          accept: accept,
          400,
          answer: type(accept),
          data: false,
          errors: true
        )
      }
    }
  }

  private static let parameters: [Statement] =
    refused("query", [#"{"obj":"ect"}"#, "0", "false", #"["array"]"#, "null"], "")
    + refused("operationName", [#"{"obj":"ect"}"#, "0", "false", #"["array"]"#], #","query":"{ __typename }""#)
    + refused("variables", [#""string""#, "0", "false", #"["array"]"#], #","query":"{ __typename }""#)
    + refused("extensions", [#""string""#, "0", "false", #"["array"]"#], #","query":"{ __typename }""#)
    + ["operationName", "variables", "extensions"].map { name in
      post(
        "null for {\(name)} is equivalent to not specifying it",
        #"{"query":"{ __typename }","\#(name)":null}"#,
        data: true,
        errors: false
      )
    } + [
      post(
        "{operationName} names the operation to execute",
        #"{"query":"query A { a: __typename } query B { b: __typename }","operationName":"B"}"#,
        data: true,
        errors: false
      ),
      post(
        "{variables} holds the values of the variables",
        #"{"query":"query Q($n: String!) { __type(name: $n) { name } }","variables":{"n":"Query"}}"#,
        data: true,
        errors: false
      ),
      post(
        "{extensions} is reserved for implementors: unknown entries do no harm",
        #"{"query":"{ __typename }","extensions":{"some":"value"}}"#,
        data: true,
        errors: false
      ),
      post(
        "All other names are reserved for the future: they do no harm",
        #"{"query":"{ __typename }","more":[1]}"#,
        data: true,
        errors: false
      ),
    ]

  // MARK: - GET

  private static let url: [Statement] = [
    get("A server MAY accept GET", "query=%7B__typename%7D", answer: type(modern), data: true),
    get("GET answers in the type that is asked for", "query={__typename}", accept: old, answer: type(old), data: true),
    get(
      "The query of the URL is x-www-form-urlencoded",
      "query=query+Q+%7B+__typename+%7D&operationName=Q",
      data: true
    ),
    get(
      "{variables} is JSON in the URL",
      "query=query(%24n%3AString!)%7B__type(name%3A%24n)%7Bname%7D%7D&variables=%7B%22n%22%3A%22Query%22%7D",
      data: true
    ),
    get("{extensions} is JSON in the URL", "query=%7B__typename%7D&extensions=%7B%22some%22%3A1%7D", data: true),
    get("An empty {operationName} is equivalent to omitting it", "query=%7B__typename%7D&operationName=", data: true),
    get(
      "operationName=null represents an operation with the name \"null\"",
      "query=query+null%7B__typename%7D+query+b%7Bb:__typename%7D&operationName=null",
      data: true
    ),
    get(
      "Malformed {variables} in the URL SHOULD result in 400",
      "query=%7B__typename%7D&variables=%7B",
      400,
      data: false
    ),
    get("{extensions} of another type SHOULD result in 400", "query=%7B__typename%7D&extensions=1", 400, data: false),
    get("A GET without {query} SHOULD result in 400", "", 400, data: false),
    get(
      "GET MUST NOT be used for mutations: 405",
      "query=mutation%7B__typename%7D",
      405,
      answer: [("allow", "POST")] + type(modern),
      data: false
    ),
    get(
      "GET MUST NOT be used for mutations: 405 in application/json too",
      "query=query+Q%7B__typename%7D+mutation+M%7B__typename%7D&operationName=M",
      accept: old,
      405,
      answer: [("allow", "POST")] + type(old),
      data: false
    ),
    Statement(
      says: "Other methods are not allowed, and Allow says which are",
      method: "PUT",
      fields: [("Content-Type", "application/json")],
      body: typename,
      status: 405,
      answer: [("allow", "GET, POST, HEAD, OPTIONS")],
      hasData: false,
      hasErrors: true
    ),
    Statement(
      says: "A method that few know is not allowed either",
      method: "QUERY",
      fields: [("Content-Type", "application/json")],
      body: typename,
      status: 405,
      answer: [("allow", "GET, POST, HEAD, OPTIONS")]
    ),
  ]

  // MARK: - Bodies that are no requests

  private static let bodies: [Statement] = [modern, old].flatMap { (accept: String) -> [Statement] in
    [
      post("A POST MUST have a body: 400 in \(accept)", nil, accept: accept, 400, data: false, errors: true),
      post("JSON parsing failure: 400 in \(accept)", "NONSENSE", accept: accept, 400, data: false, errors: true),
      post("Unfinished JSON: 400 in \(accept)", #"{"query":"#, accept: accept, 400, data: false, errors: true),
      post("Missing {query}: 400 in \(accept)", #"{"qeury":"{__typename}"}"#, accept: accept, 400, data: false),
      post("An array is not a request: 400 in \(accept)", "[\(typename)]", accept: accept, 400, data: false),
    ]
  }

  // MARK: - Status codes of well-formed requests

  private static func failures(_ accept: String, _ status: Int) -> [Statement] {
    let cases = [
      ("Document parsing failure", #"{"query":"{"}"#),
      ("Document validation failure", #"{"query":"{ 8f31403dfe404bccbb0e835f2629c6a7 }"}"#),
      ("Document validation failure of a field", #"{"query":"{ noSuchField }"}"#),
      ("Operation cannot be determined", #"{"query":"query A { __typename }","operationName":"B"}"#),
      ("Operation cannot be determined among two", #"{"query":"query A { __typename } query B { __typename }"}"#),
      (
        "Variable coercion failure",
        #"{"query":"query Q($n: String!) { __type(name: $n) { name } }","variables":{"n":null}}"#
      ),
    ]
    return cases.map { name, body in
      post(
        "\(name): \(status) in \(accept)",
        body,
        accept: accept,
        status,
        answer: type(accept),
        data: false,
        errors: true
      )
    }
  }

  private static let statuses: [Statement] =
    failures(modern, 400) + failures(old, 200)
    + [modern, old].flatMap { (accept: String) -> [Statement] in
      [
        post(
          "Field errors encountered during execution: 200 in \(accept)",
          #"{"query":"{ __typename alerts(limit: 0) { total } }"}"#,
          accept: accept,
          answer: type(accept),
          data: true,
          errors: true
        ),
        post(
          "If {data} is null the server SHOULD reply with 200 in \(accept)",
          #"{"query":"{ alerts(limit: 0) { total } }"}"#,
          accept: accept,
          data: true,
          errors: true
        ),
      ]
    }

  @Test(arguments: [modern, old])
  func usesA4xxWhereTheClientIsNotPermitted(accept: String) async throws {
    let answer = try await gateway.anybody.post("/graphql", json: Self.typename, fields: [("Accept", accept)])
    #expect(answer.status == 401)
    #expect(try answer.json["data"] == nil)
  }

  @Test func refusesAGETWithCookiesThatAnotherSiteMayHaveWritten() async throws {
    let client = gateway.inside.with([
      ("X-Workspace-ID", gateway.owner.workspaceID), ("X-User-ID", gateway.owner.userID), ("Cookie", "session=1"),
    ])
    let target = "/graphql?query=%7B__typename%7D"
    let image = try await client.get(target, fields: [("Accept", "image/*, */*;q=0.8")])
    #expect(image.status == 403)
    #expect(
      image.text == #"{"errors":[{"message":"A GET with cookies and without Authorization needs an X-Requested-With "#
        + #"header or an Accept that names a JSON type","extensions":{"code":"FORBIDDEN"}}]}"#
    )
    #expect(try await client.get(target, fields: [("Accept", Self.old)]).status == 200)
    #expect(try await client.get(target, fields: [("X-Requested-With", "x")]).status == 200)
  }
}

/// Arrays of requests, where a deployment takes them.
@Suite(.needsServers, GatewayTrait(environment: ["GRAPHQL_BATCH_LIMIT": "3"]), .serialized)
struct BatchTests {
  private let gateway: GatewayUnderTest

  init() throws {
    gateway = try GatewayUnderTest.required()
  }

  @Test func answersEachRequestInItsPlace() async throws {
    let answer = try await gateway.owner.client.post(
      "/graphql",
      json: #"[{"query":"{ a: __typename }"},{"query":"{"},{"query":"{ b: __typename }"}]"#
    )
    #expect(answer.status == 200)
    #expect(
      answer.text == #"[{"data":{"a":"Query"}},{"errors":[{"message":"Syntax Error: Expected Name, found <EOF>.","#
        + #""locations":[{"line":1,"column":2}],"extensions":{"code":"GRAPHQL_PARSE_FAILED"}}]},{"data":{"b":"Query"}}]"#
    )
  }

  @Test func holdsTheLimitsOfEachRequest() async throws {
    let many = (0..<200).map { "a\($0): __typename" }.joined(separator: " ")
    let answer = try await gateway.owner.client.post(
      "/graphql",
      json: #"[{"query":"{ \#(many) }"},{"query":"{ alerts { total } }"}]"#
    )
    let elements = try answer.json.elements
    #expect(elements[0]["errors"]?.elements[0]["extensions"]?["code"]?.string == "ALIAS_LIMIT_EXCEEDED")
    #expect(elements[1]["data"]?["alerts"]?["total"]?.int == 30)
  }

  @Test func asksForTheSameTokenForAll() async throws {
    let batch = #"[{"query":"{ alerts { total } }"},{"query":"{ alerts { total } }"}]"#
    #expect(try await gateway.anybody.post("/graphql", json: batch).status == 401)
    #expect(
      try await gateway.stranger.client.post("/graphql", json: batch).text
        == #"[{"data":{"alerts":{"total":0}}},{"data":{"alerts":{"total":0}}}]"#
    )
  }

  @Test func boundsTheirNumber() async throws {
    let four = "[" + Array(repeating: #"{"query":"{ __typename }"}"#, count: 4).joined(separator: ",") + "]"
    let answer = try await gateway.owner.client.post("/graphql", json: four)
    #expect(answer.status == 400)
    #expect(
      answer.text == #"{"errors":[{"message":"The array holds 4 requests; at most 3 are allowed","#
        + #""extensions":{"code":"BAD_REQUEST"}}]}"#
    )
  }
}
