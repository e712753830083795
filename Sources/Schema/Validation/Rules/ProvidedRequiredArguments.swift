/// Section 5.4.3: non-null arguments without a default are given.
enum ProvidedRequiredArguments {
  static func check(_ context: inout ValidationContext) {
    let document = context.document
    for (index, selection) in document.selections.enumerated() where selection.kind == .field {
      guard let field = context.binding.field(ofSelection: index) else { continue }
      let definition = context.schema.fields[Int(field.index)]
      for missing in missing(definition.arguments, selection.arguments, context) {
        let type = context.schema.text(of: missing.type)
        context.report(
          "Field \"\(definition.name)\" argument \"\(missing.name)\" of type \"\(type)\" is required, "
            + "but it was not provided.",
          [selection.offset],
          "ProvidedRequiredArguments"
        )
      }
    }
    for (index, directive) in document.directives.enumerated() where context.inputs.directives[index] >= 0 {
      let definition = context.schema.directives[Int(context.inputs.directives[index])]
      for missing in missing(definition.arguments, directive.arguments, context) {
        let type = context.schema.text(of: missing.type)
        context.report(
          "Directive \"@\(definition.name)\" argument \"\(missing.name)\" of type \"\(type)\" is required, "
            + "but it was not provided.",
          [directive.offset],
          "ProvidedRequiredArguments"
        )
      }
    }
  }

  private static func missing(
    _ definitions: [InputValueDefinition],
    _ given: NodeRange,
    _ context: ValidationContext
  ) -> [InputValueDefinition] {
    guard definitions.contains(where: \.isRequired) else { return [] }
    var isGiven = [Bool](repeating: false, count: definitions.count)
    for argument in given.indices {
      let position = Int(context.inputs.argumentPositions[argument])
      if position >= 0 { isGiven[position] = true }
    }
    return definitions.indices.filter { !isGiven[$0] && definitions[$0].isRequired }.map { definitions[$0] }
  }
}
