/// Section 5.3.1: selected fields exist.
enum FieldsOnCorrectType {
  static func check(_ context: inout ValidationContext) {
    let document = context.document
    for (index, selection) in document.selections.enumerated() where selection.kind == .field {
      guard context.binding.field(ofSelection: index) == nil,
        let parent = context.binding.parentType(ofSelection: index), !context.isFull
      else { continue }
      let hint = context.options.suggests ? suggestion(context, parent, document.text(of: selection.name)) : ""
      let type = context.schema[parent].name
      context.report(
        "Cannot query field \"\(context.text(selection.name))\" on type \"\(type)\".\(hint)",
        [selection.offset],
        "FieldsOnCorrectType"
      )
    }
  }

  /// A type to condition on, else a similar field.
  private static func suggestion(_ context: ValidationContext, _ parent: TypeID, _ field: String) -> String {
    let types = typesWithField(context.schema, parent, field)
    if !types.isEmpty {
      return DidYouMean.sentence(types.map { "\"\($0)\"" }, what: "to use an inline fragment on")
    }
    let type = context.schema[parent]
    return DidYouMean.hint(for: field, among: type.fieldIDs.map { context.schema[$0].name })
  }

  /// Possible types of an abstract type that have the field, and their interfaces that have it; the most common first.
  private static func typesWithField(_ schema: GraphQLSchema, _ parent: TypeID, _ field: String) -> [String] {
    guard schema[parent].kind.isAbstract else { return [] }
    var usage: [TypeID: Int] = [:]
    for object in schema[parent].possibleTypes where schema.field(named: field, on: object) != nil {
      usage[object, default: 0] += 1
      for interface in schema[object].interfaces where schema.field(named: field, on: interface) != nil {
        usage[interface, default: 0] += 1
      }
    }
    let sorted = usage.sorted { left, right in
      if left.value != right.value { return left.value > right.value }
      if schema[right.key].interfaces.contains(left.key) { return true }
      if schema[left.key].interfaces.contains(right.key) { return false }
      return schema[left.key].name < schema[right.key].name
    }
    return sorted.map { schema[$0.key].name }
  }
}
