import JSON
import Resolver

/// Body of a `POST /graphql` → what the engine takes. GraphQL over HTTP, sections 5.1 and 5.3.
enum GraphQLRequestDecoder {
  /// - Throws: a 400 ``Problem`` that says which member is wrong and how.
  static func decode(_ body: [UInt8]) throws(Problem) -> GraphQLRequest {
    let document: JSONDocument
    do {
      document = try JSONDocument(parsing: body)
    } catch {
      throw ErrorMapping.badRequest("The request body is not JSON: \(error)")
    }
    let root = document.root
    guard root.kind == .object else {
      throw ErrorMapping.badRequest("The request body must be a JSON object with a \"query\"")
    }
    return GraphQLRequest(
      document: try query(root),
      operationName: try operationName(root),
      variables: try map(root, "variables", orNull: true)
    )
  }

  private static func query(_ root: JSONValue) throws(Problem) -> [UInt8] {
    _ = try map(root, "extensions", orNull: true)
    guard let value = root["query"], !value.isNull else {
      throw ErrorMapping.badRequest("The request has no \"query\"")
    }
    guard let text = value.string else { throw ErrorMapping.badRequest("\"query\" must be a string") }
    return Array(text.utf8)
  }

  private static func operationName(_ root: JSONValue) throws(Problem) -> String? {
    guard let value = root["operationName"], !value.isNull else { return nil }
    guard let name = value.string else { throw ErrorMapping.badRequest("\"operationName\" must be a string or null") }
    return name
  }

  private static func map(_ root: JSONValue, _ key: String, orNull: Bool) throws(Problem) -> JSONValue? {
    guard let value = root[key], !value.isNull else { return nil }
    guard value.kind == .object else { throw ErrorMapping.badRequest("\"\(key)\" must be an object or null") }
    return value
  }
}
