import JSON
import Logging
import Resolver
import Schema

/// Runs a request against any SDL and a root value given as JSON: the engine without product, cache or database.
struct EngineHarness {
  private let engine: QueryEngine

  init(_ sdl: String, root: String) throws {
    let schema = try SchemaBuilder.build(Source(sdl, name: "schema.graphql"))
    let document = try JSONDocument(parsing: Array(root.utf8))
    engine = QueryEngine(
      binding: SchemaBinding(toRootValueOf: schema),
      sources: nil,
      rootValue: RootValue(document: document, nodes: [.query: 0, .mutation: 0]),
      logger: Logger(label: "test")
    )
  }

  var planStatistics: PlanStatistics { engine.planStatistics }

  /// The whole response, as text.
  func callAsFunction(_ query: String, variables: String? = nil, operation: String? = nil) async throws -> String {
    let request = GraphQLRequest(
      document: Array(query.utf8),
      operationName: operation,
      variables: try variables.map { try JSONDocument(parsing: Array($0.utf8)).root }
    )
    let principal = Principal(workspaceID: .none, userID: "test")
    return String(decoding: await engine.execute(request, for: principal).body, as: UTF8.self)
  }
}
