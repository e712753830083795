public import Schema

extension SchemaBinding {
  /// The product: `schema.graphql`, with its scalars and its resolver tree.
  /// - Parameters:
  ///   - source: the SDL; its name is what errors call the file.
  ///   - ttlOverrides: seconds by the environment name that `@cached` gives.
  ///   - scanBudget: see ``ResolverRegistry/tracegate(scanBudget:)``.
  /// - Throws: `SchemaErrors` when the SDL is wrong, ``BindingError`` when it does not fit the resolver tree.
  public static func tracegate(
    _ source: Source,
    ttlOverrides: [String: Int] = [:],
    scanBudget: Duration = .seconds(2)
  ) throws -> SchemaBinding {
    let schema = try GraphQLSchema.tracegate(source)
    return try SchemaBinding(schema: schema, registry: .tracegate(scanBudget: scanBudget), ttlOverrides: ttlOverrides)
  }
}

extension GraphQLSchema {
  /// An SDL with the product's scalars, whether it fits the resolver tree or not.
  public static func tracegate(_ source: Source) throws(SchemaErrors) -> GraphQLSchema {
    try SchemaBuilder.build(source, scalars: [.timeRange])
  }
}
