/// Everything that is wrong with an SDL document.
public struct SchemaErrors: Error, Sendable {
  /// At least one, by place.
  public let errors: [GraphQLError]
  public let source: Source
  /// How many more there are: each stage of the checks keeps a hundred.
  public let omitted: Int

  init(_ errors: [GraphQLError], _ source: Source, omitted: Int = 0) {
    self.errors = errors.sorted { left, right in
      guard let first = left.locations.first, let second = right.locations.first else { return false }
      return (first.line, first.column) < (second.line, second.column)
    }
    self.source = source
    self.omitted = omitted
  }
}

extension SchemaErrors: CustomStringConvertible {
  /// Each as `schema.graphql:12:5: message`, the source line and a caret; then how many more there are.
  public var description: String {
    let rest = omitted == 0 ? "" : "\n… and \(omitted) more \(omitted == 1 ? "error" : "errors")"
    return Diagnostic.text(errors, in: source) + rest
  }
}
