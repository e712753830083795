/// The five scalars of section 3.5, as coercions of input values.
enum BuiltInScalars {
  static let names = ["Int", "Float", "String", "Boolean", "ID"]

  static let all: [ScalarCoercion] = [int, float, string, boolean, id]

  /// Section 3.5.1. 32 bits; a number like `1.0` in JSON counts as the integer.
  static let int = ScalarCoercion(name: "Int") { (value) throws(ScalarCoercionError) in
    guard isWhole(value) else {
      throw ScalarCoercionError("Int cannot represent non-integer value: \(value.excerpt)")
    }
    guard let integer = integer(value), Int32(exactly: integer) != nil else {
      throw ScalarCoercionError("Int cannot represent non 32-bit signed integer value: \(value.excerpt)")
    }
    return .int(integer)
  }

  /// Section 3.5.2. Finite doubles; whole ones below 2⁵³ become `.int`, so that equal numbers have one form.
  static let float = ScalarCoercion(name: "Float") { (value) throws(ScalarCoercionError) in
    guard let double = value.doubleValue, double.isFinite else {
      throw ScalarCoercionError("Float cannot represent non numeric value: \(value.excerpt)")
    }
    if abs(double) < 9_007_199_254_740_992, let whole = Int64(exactly: double) { return .int(whole) }
    return .number("\(double)")
  }

  /// Section 3.5.3.
  static let string = ScalarCoercion(name: "String") { (value) throws(ScalarCoercionError) in
    guard case .string = value else {
      throw ScalarCoercionError("String cannot represent a non string value: \(value.excerpt)")
    }
    return value
  }

  /// Section 3.5.4.
  static let boolean = ScalarCoercion(name: "Boolean") { (value) throws(ScalarCoercionError) in
    guard case .boolean = value else {
      throw ScalarCoercionError("Boolean cannot represent a non boolean value: \(value.excerpt)")
    }
    return value
  }

  /// Section 3.5.5. Integers become their text.
  static let id = ScalarCoercion(name: "ID") { (value) throws(ScalarCoercionError) in
    switch value {
    case .string: return value
    case .int(let integer): return .string(String(integer))
    case .number(let text) where text.utf8.dropFirst(text.hasPrefix("-") ? 1 : 0).allSatisfy(\.isDigit):
      return .string(text)
    default:
      throw ScalarCoercionError("ID cannot represent a non-string and non-integer value: \(value.excerpt)")
    }
  }

  /// A finite number without a fraction, of any size.
  private static func isWhole(_ value: InputValue) -> Bool {
    guard let double = value.doubleValue else { return false }
    return double.isFinite && double.rounded() == double
  }

  /// A whole number of 64 bits, written as one or as `1.0`.
  private static func integer(_ value: InputValue) -> Int64? {
    switch value {
    case .int(let integer): integer
    case .number(let text): Double(text).flatMap { Int64(exactly: $0) }
    default: nil
    }
  }
}
