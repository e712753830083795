extension ScalarCoercion {
  /// The scalars that this module ships. A schema takes those that it declares.
  public static let standard: [ScalarCoercion] = [dateTime, decimal, json, uuid]

  /// An instant as RFC 3339 with any offset; canonical in UTC with a fraction only when it is not zero.
  public static let dateTime = ScalarCoercion(name: "DateTime") { (value) throws(ScalarCoercionError) in
    guard case .string(let text) = value, let canonical = Timestamp.canonical(text) else {
      throw ScalarCoercionError("DateTime cannot represent an invalid date-time: \(value.excerpt)")
    }
    return .string(canonical)
  }

  /// An exact decimal from a number or its text; canonical without exponent, leading `+` or trailing zeros.
  public static let decimal = ScalarCoercion(name: "Decimal") { (value) throws(ScalarCoercionError) in
    let canonical: String? =
      switch value {
      case .int(let integer): String(integer)
      case .number(let text), .string(let text): DecimalText.canonical(text)
      default: nil
      }
    guard let canonical else {
      throw ScalarCoercionError("Decimal cannot represent value: \(value.excerpt)")
    }
    return Int64(canonical).map { .int($0) } ?? .number(canonical)
  }

  /// Any JSON value. Enum literals are not JSON.
  public static let json = ScalarCoercion(name: "JSON") { (value) throws(ScalarCoercionError) in
    guard isJSON(value, depth: 0) else {
      throw ScalarCoercionError("JSON cannot represent value: \(value.excerpt)")
    }
    return value
  }

  /// RFC 9562 text of 36 characters; canonical in lower case.
  public static let uuid = ScalarCoercion(name: "UUID") { (value) throws(ScalarCoercionError) in
    guard case .string(let text) = value, isUUID(text) else {
      throw ScalarCoercionError("UUID cannot represent value: \(value.excerpt)")
    }
    return .string(text.lowercased())
  }

  private static func isUUID(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard bytes.count == 36 else { return false }
    return bytes.indices.allSatisfy { index in
      [8, 13, 18, 23].contains(index) ? bytes[index] == 0x2D : bytes[index].hexValue != nil
    }
  }

  private static func isJSON(_ value: InputValue, depth: Int) -> Bool {
    guard depth <= InputCoercion.maxDepth else { return false }
    switch value {
    case .enumeration: return false
    case .list(let items): return items.allSatisfy { isJSON($0, depth: depth + 1) }
    case .object(let object): return object.members.allSatisfy { isJSON($0.value, depth: depth + 1) }
    default: return true
    }
  }
}

/// Decimal numbers as text.
enum DecimalText {
  /// Digits, before and after the point, that a decimal may have: as given, and in its canonical text.
  static let maxDigits = 200

  /// `-0.05` for `-5.0e-2`; `nil` when the text is no JSON-like number or has too many digits.
  static func canonical(_ text: String) -> String? {
    var rest = text.utf8[...]
    let isNegative = rest.first == 0x2D
    if isNegative || rest.first == 0x2B { rest = rest.dropFirst() }
    let whole = rest.prefix(while: \.isDigit)
    rest = rest.dropFirst(whole.count)
    var fraction = rest.prefix(0)
    if rest.first == 0x2E {
      rest = rest.dropFirst()
      fraction = rest.prefix(while: \.isDigit)
      rest = rest.dropFirst(fraction.count)
      guard !fraction.isEmpty else { return nil }
    }
    guard !whole.isEmpty, whole.count + fraction.count <= maxDigits, let exponent = exponent(rest) else { return nil }
    let digits = Array(whole) + Array(fraction)
    let canonical = assemble(isNegative: isNegative, digits: digits, point: whole.count + exponent)
    return canonical.utf8.count(where: \.isDigit) <= maxDigits ? canonical : nil
  }

  private static func exponent(_ text: Substring.UTF8View) -> Int? {
    guard let mark = text.first else { return 0 }
    guard mark | 0x20 == 0x65, let value = Int(String(Substring(text.dropFirst()))) else { return nil }
    return -maxDigits <= value && value <= maxDigits ? value : nil
  }

  /// Puts the point behind `point` digits.
  private static func assemble(isNegative: Bool, digits: [UInt8], point: Int) -> String {
    var digits = digits
    var point = point
    if point <= 0 {
      digits.insert(contentsOf: repeatElement(0x30, count: 1 - point), at: 0)
      point = 1
    }
    if point > digits.count { digits.append(contentsOf: repeatElement(0x30, count: point - digits.count)) }
    let whole = digits[..<point].drop { $0 == 0x30 }
    let fraction = digits[point...].reversed().drop { $0 == 0x30 }.reversed()
    let text = whole.isEmpty ? "0" : String(decoding: whole, as: UTF8.self)
    let tail = fraction.isEmpty ? "" : "." + String(decoding: fraction, as: UTF8.self)
    return (isNegative && !(whole.isEmpty && fraction.isEmpty) ? "-" : "") + text + tail
  }
}
