import JSON
import Schema

/// CoerceResult (spec section 3.5 and 3.9) for values that are JSON text already.
enum LeafCoercion {
  /// Whether a value may stand for a leaf type as it is written.
  @inline(__always)
  static func accepts(
    _ leaf: LeafKind,
    kind: JSONKind,
    text: UnsafeBufferPointer<UInt8>,
    in output: OutputPlanView
  ) -> Bool {
    switch leaf {
    case .int: unsafe kind == .number && isInt32(text)
    case .float: unsafe kind == .number && isFinite(text)
    case .string: kind == .string
    case .id: unsafe kind == .string || kind == .number && isInteger(text)
    case .boolean: kind == .bool
    case .enumeration(let first, let end): unsafe kind == .string && isOne(of: first..<end, text, in: output)
    case .any: true
    case .composite: false
    }
  }

  static func message(_ leaf: LeafKind, type: String, text: UnsafeBufferPointer<UInt8>) -> String {
    let shown = unsafe String(decoding: text.prefix(80), as: UTF8.self)
    return switch leaf {
    case .int where unsafe isInteger(text): "Int cannot represent non 32-bit signed integer value: \(shown)"
    case .int: "Int cannot represent non-integer value: \(shown)"
    case .float: "Float cannot represent non numeric value: \(shown)"
    case .boolean: "Boolean cannot represent a non boolean value: \(shown)"
    case .enumeration: "Enum \"\(type)\" cannot represent value: \(shown)"
    default: "\(type) cannot represent value: \(shown)"
    }
  }

  private static func isOne(
    of values: Range<UInt32>,
    _ text: UnsafeBufferPointer<UInt8>,
    in output: OutputPlanView
  ) -> Bool {
    for index in values where unsafe output.text(output.enumValues[Int(index)]).elementsEqual(text) { return true }
    return false
  }

  /// Whether a JSON number is within the range of IEEE 754 doubles (spec section 3.5.2).
  private static func isFinite(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard unsafe text.count >= 300 || text.contains(where: { $0 | 0x20 == UInt8(ascii: "e") }) else { return true }
    return unsafe Double(String(decoding: text, as: UTF8.self)).map(\.isFinite) ?? false
  }

  private static func isInteger(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    unsafe text.allSatisfy { $0 == UInt8(ascii: "-") || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
  }

  /// A JSON number without fraction and exponent, from -2³¹ to 2³¹ - 1.
  private static func isInt32(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard text.count <= 11 else { return false }
    let isNegative = unsafe text.first == UInt8(ascii: "-")
    var value: Int64 = 0
    for index in (isNegative ? 1 : 0)..<text.count {
      let byte = unsafe text[index]
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return false }
      value = value &* 10 &+ Int64(byte &- UInt8(ascii: "0"))
    }
    return isNegative ? value <= 0x8000_0000 : value < 0x8000_0000
  }
}
