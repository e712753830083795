/// Section 5.6.3: an input object gets each field once.
enum UniqueInputFieldNames {
  static func check(_ context: inout ValidationContext) {
    let document = context.document
    guard document.objectFields.count > 1 else { return }
    var seen = SymbolMarks(symbolCount: document.symbols.count)
    for value in document.values where value.kind == .object && value.children.count > 1 {
      seen.removeAll()
      for index in value.children.indices {
        let name = document.objectFields[index].name
        if let first = seen[name.symbol] {
          context.report(
            "There can be only one input field named \"\(context.text(name))\".",
            [document.objectFields[first].name.offset, name.offset],
            "UniqueInputFieldNames"
          )
        } else {
          seen[name.symbol] = index
        }
      }
    }
  }
}
