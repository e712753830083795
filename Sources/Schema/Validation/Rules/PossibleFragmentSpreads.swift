/// Section 5.5.2.3: some object can satisfy both the place and the condition of a fragment.
enum PossibleFragmentSpreads {
  static func check(_ context: inout ValidationContext) {
    let document = context.document
    for (index, selection) in document.selections.enumerated() where selection.kind != .field {
      guard let parent = context.binding.parentType(ofSelection: index), let condition = condition(context, index),
        !context.schema.overlaps(parent, condition)
      else { continue }
      let isSpread = selection.kind == .fragmentSpread
      let what = isSpread ? "Fragment \"\(context.text(selection.name))\"" : "Fragment"
      context.report(
        "\(what) cannot be spread here as objects of type \"\(context.schema[parent].name)\" "
          + "can never be of type \"\(context.schema[condition].name)\".",
        [selection.offset],
        "PossibleFragmentSpreads"
      )
    }
  }

  private static func condition(_ context: ValidationContext, _ index: Int) -> TypeID? {
    if let fragment = context.binding.fragment(ofSpread: index, in: context.document) {
      return context.binding.typeCondition(ofFragment: fragment)
    }
    return context.binding.typeCondition(ofInlineFragment: index, in: context.document)
  }
}
