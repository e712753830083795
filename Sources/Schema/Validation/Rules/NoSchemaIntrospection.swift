/// Not in the specification: `__schema` and `__type` are refused where introspection is switched off.
enum NoSchemaIntrospection {
  static func check(_ context: inout ValidationContext) {
    guard !context.options.allowsIntrospection else { return }
    for (index, selection) in context.document.selections.enumerated() where selection.kind == .field {
      guard let field = context.binding.field(ofSelection: index),
        field == context.schema.schemaField || field == context.schema.typeField
      else { continue }
      context.report(
        "GraphQL introspection is not allowed, but the query contained __schema or __type.",
        [selection.offset],
        "NoSchemaIntrospection"
      )
    }
  }
}
