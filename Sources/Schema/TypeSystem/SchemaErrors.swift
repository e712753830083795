/// Everything that is wrong with an SDL document.
public struct SchemaErrors: Error, Sendable {
  /// At least one, by place.
  public let errors: [GraphQLError]
  public let source: Source

  init(_ errors: [GraphQLError], _ source: Source) {
    self.errors = errors.sorted { left, right in
      guard let first = left.locations.first, let second = right.locations.first else { return false }
      return (first.line, first.column) < (second.line, second.column)
    }
    self.source = source
  }
}

extension SchemaErrors: CustomStringConvertible {
  /// Each as `schema.graphql:12:5: message`, the source line and a caret.
  public var description: String {
    Diagnostic.text(errors, in: source)
  }
}
