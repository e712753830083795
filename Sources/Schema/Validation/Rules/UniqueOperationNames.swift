/// Section 5.2.2.1: operations have different names.
enum UniqueOperationNames {
  static func check(_ context: inout ValidationContext) {
    let document = context.document
    guard document.operations.count > 1 else { return }
    var seen = SymbolMarks(symbolCount: document.symbols.count)
    for (index, operation) in document.operations.enumerated() where operation.name.isPresent {
      if let first = seen[operation.name.symbol] {
        context.report(
          "There can be only one operation named \"\(context.text(operation.name))\".",
          [document.operations[first].name.offset, operation.name.offset],
          "UniqueOperationNames"
        )
      } else {
        seen[operation.name.symbol] = index
      }
    }
  }
}
