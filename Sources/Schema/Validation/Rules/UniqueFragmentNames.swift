/// Section 5.5.1.1: fragments have different names.
enum UniqueFragmentNames {
  static func check(_ context: inout ValidationContext) {
    let document = context.document
    guard document.fragments.count > 1 else { return }
    var seen = SymbolMarks(symbolCount: document.symbols.count)
    for (index, fragment) in document.fragments.enumerated() {
      if let first = seen[fragment.name.symbol] {
        context.report(
          "There can be only one fragment named \"\(context.text(fragment.name))\".",
          [document.fragments[first].name.offset, fragment.name.offset],
          "UniqueFragmentNames"
        )
      } else {
        seen[fragment.name.symbol] = index
      }
    }
  }
}
