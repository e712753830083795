/// Section 5.8.5: a variable's type fits every place where it is used.
enum VariablesInAllowedPosition {
  static func check(_ context: inout ValidationContext) {
    let document = context.document
    guard context.usages.hasAny, !document.variableDefinitions.isEmpty else { return }
    var definitions = SymbolMarks(symbolCount: document.symbols.count)
    for (index, operation) in document.operations.enumerated() {
      definitions.removeAll()
      for position in operation.variableDefinitions.indices {
        definitions[document.variableDefinitions[position].name.symbol] = position
      }
      for value in context.usages.ofOperation(index, context.reach) {
        guard let definition = definitions[document.values[value].name.symbol] else { continue }
        check(value, definition, &context)
        if context.isFull { return }
      }
    }
  }

  private static func check(_ value: Int, _ definition: Int, _ context: inout ValidationContext) {
    let type = context.inputs.variableTypes[definition]
    guard let place = context.inputs.type(ofValue: value), type.named.index >= 0 else { return }
    let variable = context.document.variableDefinitions[definition]
    let offsets = [variable.offset, context.document.values[value].offset]
    let name = context.text(variable.name)
    if !isAllowed(type, variable, place, value, context) {
      context.report(
        "Variable \"$\(name)\" of type \"\(context.schema.text(of: type))\" used in position expecting type "
          + "\"\(context.schema.text(of: place))\".",
        offsets,
        "VariablesInAllowedPosition"
      )
    } else if let oneOf = context.inputs.oneOfType(atValue: value), !type.isNonNull {
      context.report(
        "Variable \"$\(name)\" is of type \"\(context.schema.text(of: type))\" but must be non-nullable to be used "
          + "for OneOf Input Object \"\(context.schema[oneOf].name)\".",
        offsets,
        "VariablesInAllowedPosition"
      )
    }
  }

  /// IsVariableUsageAllowed.
  private static func isAllowed(
    _ type: TypeReference,
    _ variable: Document.VariableDefinition,
    _ place: TypeReference,
    _ value: Int,
    _ context: ValidationContext
  ) -> Bool {
    guard place.isNonNull, !type.isNonNull else { return context.schema.isSubtype(type, of: place) }
    let hasDefault = variable.defaultValue.map { context.document.values[$0].kind != .null } ?? false
    guard hasDefault || context.inputs.hasDefault(atValue: value) else { return false }
    return context.schema.isSubtype(type, of: place.nullable)
  }
}
