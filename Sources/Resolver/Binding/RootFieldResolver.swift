public import Database
public import JSON
public import Schema

/// Computes a field of a root type with SQL, as one JSON body that serves every selection of the field.
///
/// The body's members are the type's fields in snake_case, so the value that is cached, the REST answer and every
/// GraphQL selection come from the same bytes. The engine runs the statements of all fields of a request in one pipeline.
public protocol RootFieldResolver: Sendable {
  /// The text that stands for `{placeholder}` in the field's cache key; nil when there is no such placeholder.
  ///
  /// The default is ``standardKeyValue(_:_:)``.
  func keyValue(_ placeholder: String, _ call: FieldCall) -> String?

  /// The statements that compute the whole body. Called only when the value is not cached; does no I/O.
  /// - Throws: a `GraphQLError` without path or location, which the engine adds.
  func queries(_ call: FieldCall) throws(GraphQLError) -> [SQLQuery]

  /// Writes the body: one JSON value, the documented members first and in their order; `null` when there is no such thing.
  /// - Parameter results: one for each of ``queries(_:)``, in order.
  func body(_ results: [SQLResult], _ call: FieldCall, into writer: inout JSONWriter) throws(GraphQLError)
}

extension RootFieldResolver {
  public func keyValue(_ placeholder: String, _ call: FieldCall) -> String? {
    standardKeyValue(placeholder, call)
  }

  /// The coerced argument whose snake_case name is `placeholder`, `all` when it is absent or null.
  public func standardKeyValue(_ placeholder: String, _ call: FieldCall) -> String? {
    guard let argument = call.arguments[NameStyle.camelCase(placeholder)] else { return "all" }
    switch argument {
    case .null: return "all"
    case .string(let text), .enumeration(let text), .number(let text): return text
    case .int(let value): return String(value)
    case .boolean(let value): return value ? "true" : "false"
    case .list, .object: return nil
    }
  }
}
