import JSON

/// Body or URL of a request → the parameters it carries. GraphQL over HTTP, sections 5.1, 5.3 and 5.4.
enum GraphQLRequestDecoder {
  /// - Parameter maximumBatch: how many requests an array may hold; 0 where there must be none.
  /// - Throws: a 400 ``Problem`` that says which member is wrong and how.
  static func decode(_ body: [UInt8], maximumBatch: Int = 0) throws(Problem) -> GraphQLCall {
    let root = try json(body, "The request body")
    switch root.kind {
    case .object: return .one(try parameters(root))
    case .array: return .batch(try elements(root, maximumBatch))
    default: throw notAnObject("The request body")
    }
  }

  /// - Parameter url: the query of the URL, encoded as forms are.
  static func decode(url: String) throws(Problem) -> GraphQLParameters {
    let query: QueryString
    do {
      query = try QueryString(url)
    } catch {
      throw ErrorMapping.badRequest("The query of the URL \(error.complaint)")
    }
    for name in ["query", "documentId", "operationName", "variables", "extensions"] where query.count(of: name) > 1 {
      throw ErrorMapping.badRequest("\"\(name)\" is given more than once")
    }
    return GraphQLParameters(
      query: query["query"].map { Array($0.utf8) },
      documentID: query["documentId"],
      operationName: query["operationName"].flatMap { $0.isEmpty ? nil : $0 },
      variables: try map(query, "variables"),
      extensions: try map(query, "extensions")
    )
  }

  // MARK: JSON

  private static func elements(
    _ root: JSONValue,
    _ maximum: Int
  ) throws(Problem) -> [Result<GraphQLParameters, Problem>] {
    guard maximum > 0 else {
      throw ErrorMapping.badRequest("Arrays of requests are not taken here; the request body must be one JSON object")
    }
    let elements = root.elements
    guard !elements.isEmpty else { throw ErrorMapping.badRequest("The array of requests is empty") }
    guard elements.count <= maximum else {
      throw ErrorMapping.badRequest("The array holds \(elements.count) requests; at most \(maximum) are allowed")
    }
    return elements.map { element in
      Result { () throws(Problem) in
        guard element.kind == .object else { throw notAnObject("Each request of the array") }
        return try parameters(element)
      }
    }
  }

  private static func parameters(_ root: JSONValue) throws(Problem) -> GraphQLParameters {
    GraphQLParameters(
      query: try text(root, "query", "a string").map { Array($0.utf8) },
      documentID: try text(root, "documentId", "a string"),
      operationName: try text(root, "operationName", "a string or null"),
      variables: try map(root["variables"], "variables"),
      extensions: try map(root["extensions"], "extensions")
    )
  }

  private static func text(_ root: JSONValue, _ key: String, _ expected: String) throws(Problem) -> String? {
    guard let value = root[key], !value.isNull else { return nil }
    guard let text = value.string else { throw ErrorMapping.badRequest("\"\(key)\" must be \(expected)") }
    return text
  }

  private static func map(_ query: QueryString, _ key: String) throws(Problem) -> JSONValue? {
    guard let text = query[key] else { return nil }
    return try map(try json(Array(text.utf8), "\"\(key)\""), key)
  }

  private static func map(_ value: JSONValue?, _ key: String) throws(Problem) -> JSONValue? {
    guard let value, !value.isNull else { return nil }
    guard value.kind == .object else { throw ErrorMapping.badRequest("\"\(key)\" must be an object or null") }
    return value
  }

  private static func json(_ bytes: [UInt8], _ what: String) throws(Problem) -> JSONValue {
    do {
      return try JSONDocument(parsing: bytes).root
    } catch {
      throw ErrorMapping.badRequest("\(what) is not JSON: \(error)")
    }
  }

  private static func notAnObject(_ what: String) -> Problem {
    ErrorMapping.badRequest("\(what) must be a JSON object with a \"query\"")
  }
}
