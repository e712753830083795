/// Section 5.1.1: a request contains operations and fragments only.
enum ExecutableDefinitions {
  static func check(_ context: inout ValidationContext) {
    let document = context.document
    guard document.definitions.count > document.operations.count + document.fragments.count else { return }
    let nodes = document.typeSystem
    for definition in document.definitions {
      switch definition {
      case .operation, .fragment: continue
      case .schema(let index): report(&context, "The schema", nodes.schemas[index].offset)
      case .type(let index):
        report(&context, "The \"\(context.text(nodes.types[index].name))\"", nodes.types[index].offset)
      case .directive(let index):
        report(&context, "The \"\(context.text(nodes.directives[index].name))\"", nodes.directives[index].offset)
      }
    }
  }

  private static func report(_ context: inout ValidationContext, _ what: String, _ offset: UInt32) {
    context.report("\(what) definition is not executable.", [offset], "ExecutableDefinitions")
  }
}
