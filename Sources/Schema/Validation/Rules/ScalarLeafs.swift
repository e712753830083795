/// Section 5.3.3: leaves have no selections, everything else has.
enum ScalarLeafs {
  static func check(_ context: inout ValidationContext) {
    let document = context.document
    for (index, selection) in document.selections.enumerated() where selection.kind == .field {
      guard let field = context.binding.field(ofSelection: index) else { continue }
      let type = context.schema.fields[Int(field.index)].type
      let isLeaf = context.schema.types[Int(type.named.index)].kind.isLeaf
      if isLeaf, selection.hasSelectionSet {
        let text = context.schema.text(of: type)
        context.report(
          "Field \"\(context.text(selection.name))\" must not have a selection since type \"\(text)\" has no subfields.",
          [selection.brace],
          "ScalarLeafs"
        )
      } else if !isLeaf, !selection.hasSelectionSet {
        let name = context.text(selection.name)
        let text = context.schema.text(of: type)
        context.report(
          "Field \"\(name)\" of type \"\(text)\" must have a selection of subfields. Did you mean \"\(name) { ... }\"?",
          [selection.offset],
          "ScalarLeafs"
        )
      }
    }
  }
}
