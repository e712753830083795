/// How a custom scalar reads an input value. Specification, section 3.5.
public struct ScalarCoercion: Sendable {
  /// The scalar's name in the SDL.
  public let name: String
  /// Turns a value into its canonical form (the one cache keys and resolvers see), or says why not.
  ///
  /// The value comes from JSON variables or from a literal; it is never `.null`. Enum literals arrive as `.enumeration`.
  public let coerce: @Sendable (InputValue) throws(ScalarCoercionError) -> InputValue

  public init(
    name: String,
    coerce: @escaping @Sendable (InputValue) throws(ScalarCoercionError) -> InputValue
  ) {
    self.name = name
    self.coerce = coerce
  }
}

/// Why a scalar does not take a value.
public struct ScalarCoercionError: Error, Sendable, Hashable {
  /// A sentence that stands on its own: `DateTime cannot represent …`.
  public let message: String
  /// Replaces the code that the place would give, for example `INVALID_TIME_RANGE`.
  public let code: ErrorCode?

  public init(_ message: String, code: ErrorCode? = nil) {
    self.message = message
    self.code = code
  }
}
