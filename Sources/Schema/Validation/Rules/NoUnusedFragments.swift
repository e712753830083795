/// Section 5.5.1.4: every fragment is spread by some operation.
enum NoUnusedFragments {
  static func check(_ context: inout ValidationContext) {
    let document = context.document
    guard !document.fragments.isEmpty else { return }
    var isUsed = SymbolMarks(symbolCount: document.symbols.count)
    for fragments in context.reach.fragmentsOfOperations {
      for fragment in fragments { isUsed[document.fragments[fragment].name.symbol] = 1 }
    }
    for fragment in document.fragments where isUsed[fragment.name.symbol] == nil {
      context.report(
        "Fragment \"\(context.text(fragment.name))\" is never used.",
        [fragment.offset],
        "NoUnusedFragments"
      )
    }
  }
}
