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
    errors.map { Diagnostic.text($0, in: source) }.joined(separator: "\n")
  }
}

/// Errors for people at a terminal.
public enum Diagnostic {
  /// `name:line:column: message`, then the line and a caret under the place. Without a place only the message.
  public static func text(_ error: GraphQLError, in source: Source) -> String {
    guard let place = error.locations.first else { return "\(source.name): \(error.message)" }
    let head = "\(source.name):\(place.line):\(place.column): \(error.message)"
    let line = source.line(place.line)
    // Tabs stay tabs in front of the caret, so that it lands under its character.
    let indent = String(
      String.UnicodeScalarView(line.unicodeScalars.prefix(place.column - 1).map { $0 == "\t" ? "\t" : " " })
    )
    return line.utf8.count > 500 ? head : "\(head)\n  \(line)\n  \(indent)^"
  }
}
