/// Section 5.7.3: directives that are not repeatable stand once in a place.
enum UniqueDirectivesPerLocation {
  static func check(_ context: inout ValidationContext) {
    let document = context.document
    guard document.directives.count > 1 else { return }
    var seen = SymbolMarks(symbolCount: document.symbols.count)
    for site in DirectiveSite.all(in: document) where site.directives.count > 1 {
      seen.removeAll()
      for index in site.directives.indices {
        let position = Int(context.inputs.directives[index])
        guard position >= 0, !context.schema.directives[position].isRepeatable else { continue }
        let node = document.directives[index]
        if let first = seen[node.name.symbol] {
          context.report(
            "The directive \"@\(context.text(node.name))\" can only be used once at this location.",
            [document.directives[first].offset, node.offset],
            "UniqueDirectivesPerLocation"
          )
        } else {
          seen[node.name.symbol] = index
        }
      }
    }
  }
}
