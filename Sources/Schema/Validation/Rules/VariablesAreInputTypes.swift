/// Section 5.8.2: variables have input types.
enum VariablesAreInputTypes {
  static func check(_ context: inout ValidationContext) {
    for variable in context.document.variableDefinitions {
      guard let type = context.type(named: variable.type.name), !context.schema[type].kind.isInput else { continue }
      let text = variable.type.wrappers.text(around: context.text(variable.type.name))
      context.report(
        "Variable \"$\(context.text(variable.name))\" cannot be non-input type \"\(text)\".",
        [variable.type.offset],
        "VariablesAreInputTypes"
      )
    }
  }
}
