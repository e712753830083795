/// Section 5.5.1.3: fragments stand on objects, interfaces and unions.
enum FragmentsOnCompositeTypes {
  static func check(_ context: inout ValidationContext) {
    let document = context.document
    for selection in document.selections where selection.kind == .inlineFragment && selection.name.isPresent {
      check(selection.name, of: .none, &context)
    }
    for fragment in document.fragments {
      check(fragment.typeCondition, of: fragment.name, &context)
    }
  }

  private static func check(_ condition: Name, of fragment: Name, _ context: inout ValidationContext) {
    guard let type = context.type(named: condition), !context.schema[type].kind.isComposite else { return }
    let what = fragment.isPresent ? "Fragment \"\(context.text(fragment))\"" : "Fragment"
    context.report(
      "\(what) cannot condition on non composite type \"\(context.text(condition))\".",
      [condition.offset],
      "FragmentsOnCompositeTypes"
    )
  }
}
