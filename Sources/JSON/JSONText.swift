/// The two directions of a JSON string's text (RFC 8259 section 7).
public enum JSONText {
  /// The characters of a string whose text between the quotes is `text`. The text was checked when it was parsed.
  static func unescape(_ text: ArraySlice<UInt8>) -> String {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var index = text.startIndex
    while index < text.endIndex {
      let byte = text[index]
      guard byte == UInt8(ascii: "\\") else {
        result.append(byte)
        index += 1
        continue
      }
      let escape = text[index + 1]
      index += 2
      if escape == UInt8(ascii: "u") {
        var unit = UInt32(hexUnit(text, at: index))
        index += 4
        if unit & 0xFC00 == 0xD800 {
          unit = 0x10000 + ((unit & 0x3FF) << 10) + (UInt32(hexUnit(text, at: index + 2)) & 0x3FF)
          index += 6
        }
        append(unit, to: &result)
      } else {
        result.append(unescaped(escape))
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func append(_ scalar: UInt32, to result: inout [UInt8]) {
    guard let scalar = Unicode.Scalar(scalar) else { return }
    result.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
  }

  private static func unescaped(_ escape: UInt8) -> UInt8 {
    switch escape {
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    default: escape
    }
  }

  private static func hexUnit(_ text: ArraySlice<UInt8>, at index: Int) -> UInt16 {
    var unit: UInt16 = 0
    for offset in 0..<4 { unit = unit << 4 | UInt16(hexDigit(text[index + offset]) ?? 0) }
    return unit
  }

  /// The value of a hexadecimal digit in either case; nil for any other byte.
  static func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
