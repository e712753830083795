import Database
import JSON
import Resolver
import Schema

/// Fields that go wrong because a case says so, by coordinate.
///
/// | fault | the field |
/// |---|---|
/// | `throw` | has a resolver that throws `Fault at Type.field.` |
/// | `null` | is null |
/// | `wrong` | has a value that its type cannot have |
///
/// The last two are values, so they are for the fixed wiring; with a root value of its own a case writes them there.
struct Faults {
  enum Kind: String {
    case `throw`
    case null
    case wrong
  }

  private let kinds: [String: Kind]

  init(_ json: JSONValue?) {
    var kinds: [String: Kind] = [:]
    for (coordinate, kind) in json?.members ?? [] { kinds[coordinate] = kind.string.flatMap { Kind(rawValue: $0) } }
    self.kinds = kinds
  }

  var isEmpty: Bool { kinds.isEmpty }

  subscript(coordinate: String) -> Kind? { kinds[coordinate] }

  /// Resolvers for the fields that throw: of root types, and below them.
  func registry(for schema: GraphQLSchema) -> ResolverRegistry {
    var registry = ResolverRegistry()
    for (coordinate, kind) in kinds where kind == .throw {
      guard let id = schema.field(at: coordinate) else { continue }
      let field = schema[id]
      let isRoot = OperationKind.allCases.contains { schema.rootType(of: $0) == field.parent }
      if isRoot {
        registry.root(coordinate, ThrowingResolver(coordinate: coordinate))
      } else {
        registry.nested(
          of: schema[field.parent].name,
          field.name,
          resolver: ThrowingResolver(coordinate: coordinate)
        )
      }
    }
    return registry
  }
}

/// Never brings anything.
private struct ThrowingResolver: RootFieldResolver, NestedFieldResolver {
  let coordinate: String

  private var failure: GraphQLError { GraphQLError("Fault at \(coordinate).", code: .internalServerError) }

  func queries(_ call: FieldCall) throws(GraphQLError) -> [SQLQuery] { throw failure }

  func body(_ results: [SQLResult], _ call: FieldCall, into writer: inout JSONWriter) throws(GraphQLError) {
    throw failure
  }

  func queries(
    parents: [JSONValue],
    properties: Set<String>,
    call: FieldCall
  ) throws(GraphQLError) -> [SQLQuery] {
    throw failure
  }

  func bodies(
    _ results: [SQLResult],
    parents: [JSONValue],
    properties: Set<String>,
    call: FieldCall,
    into writer: inout JSONWriter
  ) throws(GraphQLError) {
    throw failure
  }
}
