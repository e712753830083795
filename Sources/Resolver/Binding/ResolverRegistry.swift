/// Which resolver computes which field, by schema coordinate: the product's resolver tree, as data.
///
/// The engine knows no field of the product; it learns them from a registry. ``SchemaBinding`` holds the registry
/// against the schema at start, in both directions.
public struct ResolverRegistry: Sendable {
  /// Resolvers of root fields by coordinate, for example `Query.homeKpis`.
  private(set) var roots: [String: any RootFieldResolver] = [:]
  /// Resolvers of fields of the mutation root type by coordinate, for example `Mutation.refresh`.
  private(set) var mutations: [String: any MutationResolver] = [:]
  /// Fields that are members of their parent's body, by type.
  private(set) var properties: [String: Set<String>] = [:]
  /// Resolvers by coordinate, for fields that the parent's body may lack.
  private(set) var nested: [String: Int] = [:]
  private(set) var nestedResolvers: [any NestedFieldResolver] = []

  public init() {}

  /// Registers the resolver of a field of a root type, for example `Query.homeKpis`.
  public mutating func root(_ coordinate: String, _ resolver: any RootFieldResolver) {
    roots[coordinate] = resolver
  }

  /// Registers what performs a field of the mutation root type, for example `Mutation.refresh`.
  public mutating func mutation(_ coordinate: String, _ resolver: any MutationResolver) {
    mutations[coordinate] = resolver
  }

  /// Declares that bodies of `type` hold these fields as members, named in snake_case.
  public mutating func properties(of type: String, _ fields: String...) {
    properties[type, default: []].formUnion(fields)
  }

  /// Registers one resolver for fields of `type` that a parent's body may lack; bodies that hold them are used as they are.
  public mutating func nested(of type: String, _ fields: String..., resolver: any NestedFieldResolver) {
    for field in fields { nested["\(type).\(field)"] = nestedResolvers.count }
    nestedResolvers.append(resolver)
  }
}
