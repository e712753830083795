/// Section 5.5.1.2 and 5.8.2: types that conditions and variables name exist.
enum KnownTypeNames {
  static func check(_ context: inout ValidationContext) {
    let document = context.document
    for fragment in document.fragments { check(fragment.typeCondition, &context) }
    for selection in document.selections where selection.kind == .inlineFragment && selection.name.isPresent {
      check(selection.name, &context)
    }
    for variable in document.variableDefinitions { check(variable.type.name, &context) }
  }

  private static func check(_ name: Name, _ context: inout ValidationContext) {
    guard context.type(named: name) == nil else { return }
    let hint = context.hint(name, context.schema.types.map(\.name))
    context.report("Unknown type \"\(context.text(name))\".\(hint)", [name.offset], "KnownTypeNames")
  }
}
