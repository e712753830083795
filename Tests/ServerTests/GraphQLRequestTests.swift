import HTTPTypes
import JSON
import Resolver
import TestSupport
import Testing

@testable import Server

@Suite struct GraphQLRequestTests {
  /// The one request of a body, as a server takes it.
  private func one(_ body: String) throws -> GraphQLParameters {
    guard case .one(let parameters) = try exchange(.post).call(body: Array(body.utf8)) else {
      throw TestFailure("an array")
    }
    _ = try DocumentReference(parameters)
    return parameters
  }

  private func exchange(_ method: HTTPRequest.Method, query: String = "", batch: Int = 0) -> GraphQLExchange {
    GraphQLExchange(GraphQLHTTPRequest(method: method, fields: [:], query: query), limits: .init(batch: batch))
  }

  @Test func decodesAWholeRequest() throws {
    let request = try one(
      #"{"query":"query A { a }","operationName":"A","variables":{"x":1},"extensions":{"e":2},"more":1}"#
    )
    #expect(String(decoding: request.query ?? [], as: UTF8.self) == "query A { a }")
    #expect(request.operationName == "A")
    #expect(request.variables?["x"]?.int == 1)
    #expect(request.extensions?["e"]?.int == 2)
  }

  @Test func takesNullForWhatIsOptional() throws {
    let request = try one(#"{"query":"{ a }","operationName":null,"variables":null,"extensions":null}"#)
    #expect(request.operationName == nil)
    #expect(request.variables == nil)
    #expect(request.extensions == nil)
  }

  @Test(
    arguments: zip(
      [
        "", "{", "nul", "1", "[]", "\"q\"", "{}", #"{"query":null}"#, #"{"query":1}"#, #"{"query":{}}"#,
        #"{"query":"{a}","operationName":1}"#, #"{"query":"{a}","variables":"{}"}"#,
        #"{"query":"{a}","variables":[]}"#, #"{"query":"{a}","extensions":1}"#,
      ],
      [
        nil, nil, nil, "The request body must be a JSON object with a \"query\"",
        "Arrays of requests are not taken here; the request body must be one JSON object",
        "The request body must be a JSON object with a \"query\"", "The request has no \"query\"",
        "The request has no \"query\"", "\"query\" must be a string", "\"query\" must be a string",
        "\"operationName\" must be a string or null", "\"variables\" must be an object or null",
        "\"variables\" must be an object or null", "\"extensions\" must be an object or null",
      ]
    )
  )
  func refusesAMalformedRequestWith400(body: String, message: String?) {
    let problem = #expect(throws: Problem.self) { try one(body) }
    #expect(problem?.status == .badRequest)
    if let message {
      #expect(problem?.detail == .text(message))
    } else if case .text(let text) = problem?.detail {
      #expect(text.hasPrefix("The request body is not JSON: "))
    }
  }

  // MARK: - GET

  @Test func readsTheURLAsFormsAreWritten() throws {
    let parameters = try GraphQLRequestDecoder.decode(
      url:
        "query=query+A(%24x%3AInt)%7Ba%7D&operationName=A&variables=%7B%22x%22:1%7D&extensions=%7B%22e%22:2%7D&more=1"
    )
    #expect(parameters.query == Array("query A($x:Int){a}".utf8))
    #expect(parameters.operationName == "A")
    #expect(parameters.variables?["x"]?.int == 1)
    #expect(parameters.extensions?["e"]?.int == 2)
  }

  @Test func takesAnEmptyOperationNameForNone() throws {
    #expect(try GraphQLRequestDecoder.decode(url: "query=a&operationName=").operationName == nil)
    #expect(try GraphQLRequestDecoder.decode(url: "query=a&operationName=null").operationName == "null")
    #expect(try GraphQLRequestDecoder.decode(url: "query=a&variables=null").variables == nil)
  }

  @Test(
    arguments: zip(
      [
        "", "query=%", "query=%00", "query=a&query=b", "query=a&variables=", "query=a&variables=[]",
        "query=a&variables=%7B%22x", "query=a&extensions=1",
      ],
      [
        "The request has no \"query\"", "The query of the URL is not percent-encoded UTF-8",
        "The query of the URL must not contain U+0000", "\"query\" is given more than once",
        "\"variables\" is not JSON: Unexpected end of text: expected a value at line 1, column 1",
        "\"variables\" must be an object or null",
        "\"variables\" is not JSON: A string is not closed at line 1, column 2",
        "\"extensions\" must be an object or null",
      ]
    )
  )
  func refusesAMalformedURLWith400(query: String, message: String) {
    let exchange = exchange(.get, query: query)
    let problem = #expect(throws: Problem.self) {
      guard case .one(let parameters) = try exchange.call(body: []) else { return }
      _ = try DocumentReference(parameters)
    }
    #expect(problem?.status == .badRequest)
    #expect(problem?.detail == .text(message))
  }

  // MARK: - Arrays

  @Test func readsTheRequestsOfAnArrayOneByOne() throws {
    let body = Array(#"[{"query":"{a}"},7,{"query":1},{}]"#.utf8)
    guard case .batch(let elements) = try exchange(.post, batch: 4).call(body: body) else {
      throw TestFailure("no array")
    }
    #expect(try elements[0].get().query == Array("{a}".utf8))
    let problems = elements.dropFirst().map { element in
      guard case .failure(let problem) = element else { return "none" }
      return ErrorMapping.graphQLBody(of: problem).contains(0) ? "" : "\(problem.detail)"
    }
    #expect(
      problems == [
        #"text("Each request of the array must be a JSON object with a \"query\"")"#,
        #"text("\"query\" must be a string")"#, "none",
      ]
    )
  }

  @Test(
    arguments: zip(
      ["[]", "[{},{},{}]"],
      ["The array of requests is empty", "The array holds 3 requests; at most 2 are allowed"]
    )
  )
  func boundsAnArray(body: String, message: String) {
    let problem = #expect(throws: Problem.self) { try exchange(.post, batch: 2).call(body: Array(body.utf8)) }
    #expect(problem?.detail == .text(message))
  }

  @Test(
    arguments: zip(
      [
        nil, "", "*/*", "application/*", "application/json", "application/graphql-response+json",
        "application/graphql-response+json, application/json;q=0.9",
        "application/json, application/graphql-response+json",
        "application/json;q=0.9, application/graphql-response+json;q=0.1", "text/html",
        "application/json;q=0", "text/html, */*;q=0.1", "APPLICATION/JSON", "application/json; charset=utf-8",
        "application/graphql-response+json;q=0, */*", "garbage", "application/json;q=2", " ",
        "text/html, image/gif, *; q=.2, */*; q=.2", "application/json; a=\",\\\";q=0\"",
        "application/json;q=0.001, text/html", "application/json;q=0.0001", "application/json;q=1e-1",
        "application/json ; Q=0.5 , application/graphql-response+json ; q=0.499",
        "application/*;q=0.5, application/json;q=0.4", "application/json;charset=utf-16", "application/json;charset",
        "application/json;q=nan", "application/json/x", ",, application/json,",
        "*/*, application/graphql-response+json",
      ],
      [
        .response, .response, .json, .json, .json, .response, .response, .response, .json, nil, nil, .json, .json,
        .json, .json, nil, nil, .response, .json, .json, .json, nil, nil, .json, .response, nil, nil, nil, nil, .json,
        .response,
      ] as [GraphQLMediaType?]
    )
  )
  func negotiatesTheMediaType(accept: String?, expected: GraphQLMediaType?) {
    #expect(MediaTypes.negotiate(accept) == expected)
  }

  @Test(
    arguments: zip(
      [
        "application/json", "application/json; charset=utf-8", "Application/JSON;charset=\"UTF-8\"",
        "application/json; a=\"; charset=x\"", "application/json; charset=iso-8859-1",
        "application/json; charset=\"utf-16\"", "text/plain", "application/x-www-form-urlencoded", "", nil,
        "application/graphql", "application/jsonx", "application/json; charset", "application/json, application/json",
      ],
      [
        nil, nil, nil, nil, "The charset of the Content-Type must be utf-8",
        "The charset of the Content-Type must be utf-8", Self.notJSON, Self.notJSON, Self.notJSON, Self.notJSON,
        Self.notJSON, Self.notJSON, Self.notJSON, Self.notJSON,
      ] as [String?]
    )
  )
  func takesJSONInUTF8Only(contentType: String?, message: String?) {
    do throws(Problem) {
      try MediaTypes.requireJSON(contentType)
      #expect(message == nil)
    } catch {
      #expect(error.status == .unsupportedMediaType)
      #expect(error.detail == .text(message ?? ""))
    }
  }

  private static let notJSON = "The Content-Type must be application/json"

  // MARK: - Cookies

  @Test(
    arguments: [
      ([:], true), (["Cookie": "a=b"], false), (["Cookie": "a=b", "Accept": "*/*"], false),
      (["Cookie": "a=b", "Accept": "application/*"], false), (["Cookie": "a=b", "Accept": "application/json"], true),
      (["Cookie": "a=b", "Accept": "application/graphql-response+json, */*"], true),
      (["Cookie": "a=b", "Accept": "application/json", "Sec-Fetch-Site": "cross-site"], false),
      (["Cookie": "a=b", "Accept": "application/json", "Sec-Fetch-Site": "same-site"], false),
      (["Cookie": "a=b", "Sec-Fetch-Site": "same-origin"], true), (["Cookie": "a=b", "Authorization": "x"], true),
      (["Cookie": "a=b", "X-Requested-With": "x"], true),
      (["Cookie": "a=b", "Content-Type": "application/json"], true),
      (["Cookie": "a=b", "Content-Type": "text/plain"], false),
    ] as [([String: String], Bool)]
  )
  func refusesAGETThatMayComeFromAnotherSite(fields: [String: String], allowed: Bool) {
    let exchange = GraphQLExchange(GraphQLHTTPRequest(method: .get, fields: fields.httpFields, query: ""))
    do throws(Problem) {
      try exchange.checkHead()
      #expect(allowed)
    } catch {
      #expect(!allowed)
      #expect(error.status == .forbidden)
    }
  }
}
