import JSON

/// CoerceResult (spec section 3.5 and 3.9) for values that are JSON text already.
enum LeafCoercion {
  /// Whether a value may stand for a leaf type as it is written.
  static func accepts(_ leaf: LeafKind, kind: JSONKind, text: ArraySlice<UInt8>, in output: OutputPlan) -> Bool {
    switch leaf {
    case .int: kind == .number && isInt32(text)
    case .float: kind == .number
    case .string: kind == .string
    case .id: kind == .string || kind == .number && isInteger(text)
    case .boolean: kind == .bool
    case .enumeration(let values): kind == .string && output.enumerations[values].contains { $0.elementsEqual(text) }
    case .any: true
    case .composite: false
    }
  }

  static func message(_ leaf: LeafKind, type: String, text: ArraySlice<UInt8>) -> String {
    let shown = String(decoding: text.prefix(80), as: UTF8.self)
    return switch leaf {
    case .int where isInteger(text): "Int cannot represent non 32-bit signed integer value: \(shown)"
    case .int: "Int cannot represent non-integer value: \(shown)"
    case .float: "Float cannot represent non numeric value: \(shown)"
    case .boolean: "Boolean cannot represent a non boolean value: \(shown)"
    case .enumeration: "Enum \"\(type)\" cannot represent value: \(shown)"
    default: "\(type) cannot represent value: \(shown)"
    }
  }

  private static func isInteger(_ text: ArraySlice<UInt8>) -> Bool {
    text.allSatisfy { $0 == UInt8(ascii: "-") || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
  }

  private static func isInt32(_ text: ArraySlice<UInt8>) -> Bool {
    guard text.count <= 11 else { return false }
    var value: Int64 = 0
    var digits = text
    let isNegative = digits.first == UInt8(ascii: "-")
    if isNegative { digits = digits.dropFirst() }
    for byte in digits {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return false }
      value = value * 10 + Int64(byte - UInt8(ascii: "0"))
    }
    return (isNegative ? -value : value) == Int64(Int32(truncatingIfNeeded: isNegative ? -value : value))
  }
}
