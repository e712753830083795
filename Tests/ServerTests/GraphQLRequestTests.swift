import HTTPTypes
import JSON
import Resolver
import Testing

@testable import Server

@Suite struct GraphQLRequestTests {
  @Test func decodesAWholeRequest() throws {
    let request = try GraphQLRequestDecoder.decode(
      Array(#"{"query":"query A { a }","operationName":"A","variables":{"x":1},"extensions":{},"more":1}"#.utf8)
    )
    #expect(String(decoding: request.document, as: UTF8.self) == "query A { a }")
    #expect(request.operationName == "A")
    #expect(request.variables?["x"]?.int == 1)
  }

  @Test func takesNullForWhatIsOptional() throws {
    let request = try GraphQLRequestDecoder.decode(
      Array(#"{"query":"{ a }","operationName":null,"variables":null,"extensions":null}"#.utf8)
    )
    #expect(request.operationName == nil)
    #expect(request.variables == nil)
  }

  @Test(
    arguments: zip(
      [
        "", "{", "nul", "[]", "\"q\"", "{}", #"{"query":null}"#, #"{"query":1}"#, #"{"query":{}}"#,
        #"{"query":"{a}","operationName":1}"#, #"{"query":"{a}","variables":"{}"}"#,
        #"{"query":"{a}","variables":[]}"#, #"{"query":"{a}","extensions":1}"#,
      ],
      [
        nil, nil, nil, "The request body must be a JSON object with a \"query\"",
        "The request body must be a JSON object with a \"query\"", "The request has no \"query\"",
        "The request has no \"query\"", "\"query\" must be a string", "\"query\" must be a string",
        "\"operationName\" must be a string or null", "\"variables\" must be an object or null",
        "\"variables\" must be an object or null", "\"extensions\" must be an object or null",
      ]
    )
  )
  func refusesAMalformedRequestWith400(body: String, message: String?) {
    let problem = #expect(throws: Problem.self) { try GraphQLRequestDecoder.decode(Array(body.utf8)) }
    #expect(problem?.status == .badRequest)
    if let message {
      #expect(problem?.detail == .text(message))
    } else if case .text(let text) = problem?.detail {
      #expect(text.hasPrefix("The request body is not JSON: "))
    }
  }

  @Test(
    arguments: zip(
      [
        nil, "", "*/*", "application/*", "application/json", "application/graphql-response+json",
        "application/graphql-response+json, application/json;q=0.9",
        "application/json, application/graphql-response+json",
        "application/json;q=0.9, application/graphql-response+json;q=0.1", "text/html",
        "application/json;q=0", "text/html, */*;q=0.1", "APPLICATION/JSON", "application/json; charset=utf-8",
        "application/graphql-response+json;q=0, */*", "garbage", "application/json;q=2",
      ],
      [
        .json, .json, .json, .json, .json, .response, .response, .response, .json, nil, nil, .json, .json, .json,
        .json, nil, nil,
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
        "application/json; charset=iso-8859-1", "text/plain", "application/x-www-form-urlencoded", "", nil,
        "application/graphql", "application/jsonx",
      ],
      [true, true, true, false, false, false, false, false, false, false]
    )
  )
  func takesJSONInUTF8Only(contentType: String?, expected: Bool) {
    #expect(MediaTypes.isJSON(contentType) == expected)
  }
}
