/// Section 5.8.3: used variables are defined by every operation that reaches the use.
enum NoUndefinedVariables {
  static func check(_ context: inout ValidationContext) {
    let document = context.document
    guard context.usages.hasAny else { return }
    var defined = SymbolMarks(symbolCount: document.symbols.count)
    for (index, operation) in document.operations.enumerated() {
      defined.removeAll()
      for variable in operation.variableDefinitions.indices {
        defined[document.variableDefinitions[variable].name.symbol] = variable
      }
      for value in context.usages.ofOperation(index, context.reach) {
        let node = document.values[value]
        guard defined[node.name.symbol] == nil else { continue }
        let tail = operation.name.isPresent ? " by operation \"\(context.text(operation.name))\"." : "."
        context.report(
          "Variable \"$\(context.text(node.name))\" is not defined\(tail)",
          [node.offset, operation.offset],
          "NoUndefinedVariables"
        )
        if context.isFull { return }
      }
    }
  }
}
