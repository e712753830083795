public import JSON
public import Logging
import Resolver
public import Schema

/// The engine over any schema, for conformance suites: no product, no database, no cache.
public struct HarnessEngine {
  public let schema: GraphQLSchema
  private let fixedRoot: RootValue
  private let logger: Logger

  /// - Throws: `SchemaErrors` when the SDL is wrong.
  public init(sdl: String, logger: Logger) throws {
    schema = try SchemaBuilder.build(Source(sdl, name: "schema.graphql"), scalars: Self.foreignScalars)
    fixedRoot = try FixedWiring.rootValue(of: schema, faults: Faults(nil))
    self.logger = logger
  }

  /// Answers `{query, variables?, operationName?, root?, faults?}`: the response map as JSON.
  ///
  /// `root` is the initial value of the operation, a tree of members named as the fields are, with `__typename` where a
  /// type is abstract; without it the fixed wiring answers.
  /// `faults` is an object of coordinates and what goes wrong there; see ``Faults``.
  public func execute(_ request: JSONValue) async throws -> [UInt8] {
    let variables = request["variables"]
    let query = GraphQLRequest(
      document: Array((request["query"]?.string ?? "").utf8),
      operationName: request["operationName"]?.string,
      variables: variables?.isNull == true ? nil : variables
    )
    // Suites from outside test the language, not what this gateway allows of it.
    var configuration = QueryEngine.Configuration()
    configuration.queryLimits = nil
    let faults = Faults(request["faults"])
    let engine = QueryEngine(
      binding: SchemaBinding(toRootValueOf: schema, registry: faults.registry(for: schema)),
      sources: nil,
      rootValue: try request["root"].map(Self.rootValue) ?? fixedRoot(faults),
      logger: logger,
      configuration: configuration
    )
    return await engine.execute(query, for: Self.nobody).body
  }

  private func fixedRoot(_ faults: Faults) throws -> RootValue {
    faults.isEmpty ? fixedRoot : try FixedWiring.rootValue(of: schema, faults: faults)
  }

  /// Custom scalars of a foreign schema mean whatever their authors like, also when they are called as ours are.
  public static var foreignScalars: [ScalarCoercion] {
    ScalarCoercion.standard.map { standard in
      ScalarCoercion(name: standard.name) { (value) throws(ScalarCoercionError) in value }
    }
  }

  private static func rootValue(_ value: JSONValue) -> RootValue {
    let nodes = OperationKind.allCases.map { ($0, value.index) }
    return RootValue(document: value.document, nodes: Dictionary(uniqueKeysWithValues: nodes))
  }

  /// The harness has no tenants; its resolvers ask nobody's data.
  private static let nobody = Principal(workspaceID: .none, userID: "harness")
}
