/// Section 5.5.2.1: spread fragments exist.
enum KnownFragmentNames {
  static func check(_ context: inout ValidationContext) {
    let document = context.document
    for selection in document.selections where selection.kind == .fragmentSpread {
      guard context.binding.fragmentsBySymbol[Int(selection.name.symbol)] < 0 else { continue }
      context.report(
        "Unknown fragment \"\(context.text(selection.name))\".",
        [selection.name.offset],
        "KnownFragmentNames"
      )
    }
  }
}
