/// Section 5.8.1: an operation's variables have different names.
enum UniqueVariableNames {
  static func check(_ context: inout ValidationContext) {
    let document = context.document
    var seen = SymbolMarks(symbolCount: document.variableDefinitions.count > 1 ? document.symbols.count : 0)
    for operation in document.operations where operation.variableDefinitions.count > 1 {
      seen.removeAll()
      // All offsets of a name go into one error.
      var duplicates: [UInt32: [UInt32]] = [:]
      for index in operation.variableDefinitions.indices {
        let name = document.variableDefinitions[index].name
        if let first = seen[name.symbol] {
          duplicates[name.symbol, default: [document.variableDefinitions[first].name.offset]].append(name.offset)
        } else {
          seen[name.symbol] = index
        }
      }
      for (symbol, offsets) in duplicates.sorted(by: { $0.value[0] < $1.value[0] }) {
        let name = document.text(ofSymbol: symbol).excerpted
        context.report("There can be only one variable named \"$\(name)\".", offsets, "UniqueVariableNames")
      }
    }
  }
}
