/// Section 5.4.1: arguments are defined.
enum KnownArgumentNames {
  static func check(_ context: inout ValidationContext) {
    let document = context.document
    guard !document.arguments.isEmpty else { return }
    for (index, selection) in document.selections.enumerated() where !selection.arguments.isEmpty {
      guard let field = context.binding.field(ofSelection: index) else { continue }
      let definition = context.schema[field]
      let parent = context.binding.parentType(ofSelection: index).map { context.schema[$0].name } ?? ""
      for argument in selection.arguments.indices where context.inputs.argumentPositions[argument] < 0 {
        let name = document.arguments[argument].name
        let hint = context.hint(name, definition.arguments.map(\.name))
        context.report(
          "Unknown argument \"\(context.text(name))\" on field \"\(parent).\(definition.name)\".\(hint)",
          [name.offset],
          "KnownArgumentNames"
        )
      }
    }
    for (index, directive) in document.directives.enumerated() where context.inputs.directives[index] >= 0 {
      let definition = context.schema.directives[Int(context.inputs.directives[index])]
      for argument in directive.arguments.indices where context.inputs.argumentPositions[argument] < 0 {
        let name = document.arguments[argument].name
        let hint = context.hint(name, definition.arguments.map(\.name))
        context.report(
          "Unknown argument \"\(context.text(name))\" on directive \"@\(definition.name)\".\(hint)",
          [name.offset],
          "KnownArgumentNames"
        )
      }
    }
  }
}
