import Database
import Schema

/// Arguments as the schema has coerced them. One that is missing here is missing in `schema.graphql`.
extension FieldCall {
  func integer(_ name: String) throws(GraphQLError) -> Int64 {
    guard let value = arguments[name]?.intValue else { throw Self.missing(name) }
    return value
  }

  func text(_ name: String) throws(GraphQLError) -> String {
    guard let value = arguments[name]?.stringValue else { throw Self.missing(name) }
    return value
  }

  /// Nil when the argument is absent or null.
  func optionalText(_ name: String) -> String? {
    arguments[name]?.stringValue
  }

  func timeRange(_ name: String = "range") throws(GraphQLError) -> TimeRange {
    let text = try text(name)
    do {
      return try TimeRange(parsing: text)
    } catch {
      throw GraphQLError(error.message, code: .invalidTimeRange)
    }
  }

  /// The first parameter of every statement of the tree.
  var workspaceParameter: SQLParameter { .text(workspaceID.text) }

  private static func missing(_ name: String) -> GraphQLError {
    GraphQLError("The argument \"\(name)\" has no value.", code: .internalServerError)
  }
}

extension String {
  /// Whether PostgreSQL can hold the text: it has no U+0000, so nothing stored equals a text that contains one.
  var isStorable: Bool { !utf8.contains(0) }
}

extension Instant {
  var parameter: SQLParameter { .text(text) }
}
