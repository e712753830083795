/// Section 5.2.3.1: an operation without a name is the only one.
enum LoneAnonymousOperation {
  static func check(_ context: inout ValidationContext) {
    guard context.document.operations.count > 1 else { return }
    for operation in context.document.operations where !operation.name.isPresent {
      context.report(
        "This anonymous operation must be the only defined operation.",
        [operation.offset],
        "LoneAnonymousOperation"
      )
    }
  }
}
