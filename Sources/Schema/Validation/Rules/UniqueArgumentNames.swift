/// Section 5.4.2: a field or directive gets each argument once.
enum UniqueArgumentNames {
  static func check(_ context: inout ValidationContext) {
    let document = context.document
    guard document.arguments.count > 1 else { return }
    var seen = SymbolMarks(symbolCount: document.symbols.count)
    for selection in document.selections { check(selection.arguments, &seen, &context) }
    for directive in document.directives { check(directive.arguments, &seen, &context) }
  }

  private static func check(_ range: NodeRange, _ seen: inout SymbolMarks, _ context: inout ValidationContext) {
    guard range.count > 1 else { return }
    seen.removeAll()
    // All offsets of a name go into one error.
    var duplicates: [UInt32: [UInt32]] = [:]
    for index in range.indices {
      let name = context.document.arguments[index].name
      if let first = seen[name.symbol] {
        duplicates[name.symbol, default: [context.document.arguments[first].name.offset]].append(name.offset)
      } else {
        seen[name.symbol] = index
      }
    }
    for (symbol, offsets) in duplicates.sorted(by: { $0.value[0] < $1.value[0] }) {
      let name = context.document.text(ofSymbol: symbol).excerpted
      context.report("There can be only one argument named \"\(name)\".", offsets, "UniqueArgumentNames")
    }
  }
}
