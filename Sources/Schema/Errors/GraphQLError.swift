/// One entry of a response's `errors`. Specification, section 7.1.2.
///
/// The message is fit for clients: it says what is wrong with the request and nothing about the inside of the server.
public struct GraphQLError: Error, Sendable, Hashable {
  public let message: String
  /// Places in the document, in the order that helps most.
  public let locations: [SourceLocation]
  /// The response path; `nil` for request errors.
  public let path: [PathElement]?
  /// Written as `extensions.code`.
  public let code: ErrorCode
  /// The validation rule that found it, for tests and logs. Not part of a response.
  public let rule: String?

  public init(
    _ message: String,
    code: ErrorCode,
    locations: [SourceLocation] = [],
    path: [PathElement]? = nil,
    rule: String? = nil
  ) {
    self.message = message
    self.code = code
    self.locations = locations
    self.path = path
    self.rule = rule
  }

  /// The same error at a response path.
  public func at(path: [PathElement], locations: [SourceLocation]? = nil) -> GraphQLError {
    GraphQLError(message, code: code, locations: locations ?? self.locations, path: path, rule: rule)
  }
}

/// One step of a response path.
public enum PathElement: Sendable, Hashable {
  /// A response name.
  case key(String)
  /// A position in a list, from 0.
  case index(Int)
}

extension GraphQLError: CustomStringConvertible {
  /// The message, then its first place: `Cannot query field "x" on type "Query". (1:3)`.
  public var description: String {
    guard let place = locations.first else { return message }
    return "\(message) (\(place.line):\(place.column))"
  }
}
