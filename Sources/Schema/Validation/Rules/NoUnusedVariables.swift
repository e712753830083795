/// Section 5.8.4: defined variables are used.
enum NoUnusedVariables {
  static func check(_ context: inout ValidationContext) {
    let document = context.document
    guard !document.variableDefinitions.isEmpty else { return }
    var used = SymbolMarks(symbolCount: document.symbols.count)
    for (index, operation) in document.operations.enumerated() where !operation.variableDefinitions.isEmpty {
      used.removeAll()
      for value in context.usages.ofOperation(index, context.reach) { used[document.values[value].name.symbol] = 1 }
      for position in operation.variableDefinitions.indices {
        let variable = document.variableDefinitions[position]
        guard used[variable.name.symbol] == nil else { continue }
        let tail = operation.name.isPresent ? " in operation \"\(context.text(operation.name))\"." : "."
        context.report(
          "Variable \"$\(context.text(variable.name))\" is never used\(tail)",
          [variable.offset],
          "NoUnusedVariables"
        )
      }
    }
  }
}
