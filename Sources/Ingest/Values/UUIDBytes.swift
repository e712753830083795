/// The 128 bits of a UUID (RFC 9562), as PostgreSQL's `uuid` stores them.
public struct UUIDBytes: Sendable, Hashable {
  public let high: UInt64
  public let low: UInt64

  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// A UUID of version 8 (RFC 9562 section 5.8: contents of one's own) with the other 122 bits from the given ones.
  static func custom(_ high: UInt64, _ low: UInt64) -> UUIDBytes {
    UUIDBytes(high: high & ~0xF000 | 0x8000, low: low & ~(0b11 << 62) | 0b10 << 62)
  }

  /// Reads `8-4-4-4-12` hexadecimal digits in either case; nil for any other text.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 36 else { return nil }
    var halves: [UInt64] = [0, 0]
    var digits = 0
    for (index, byte) in bytes.enumerated() {
      if [8, 13, 18, 23].contains(index) {
        guard byte == UInt8(ascii: "-") else { return nil }
        continue
      }
      guard let digit = Self.value(of: byte) else { return nil }
      halves[digits / 16] = halves[digits / 16] << 4 | digit
      digits += 1
    }
    self.init(high: halves[0], low: halves[1])
  }

  private static func value(of digit: UInt8) -> UInt64? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(digit - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(digit - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(digit - UInt8(ascii: "A") + 10)
    default: nil
    }
  }
}

extension UUIDBytes: CustomStringConvertible {
  /// The canonical text, in lower case.
  public var description: String {
    let digits = hexadecimal(high, digits: 16) + hexadecimal(low, digits: 16)
    var result = ""
    for (index, digit) in digits.enumerated() {
      if [8, 12, 16, 20].contains(index) { result.append("-") }
      result.append(digit)
    }
    return result
  }
}

/// The lowest `digits` hexadecimal digits of `value`, in lower case, with leading zeros.
func hexadecimal(_ value: UInt64, digits: Int) -> String {
  unsafe String(unsafeUninitializedCapacity: digits) { buffer in
    for index in 0..<digits {
      let nibble = UInt8(truncatingIfNeeded: value >> UInt64((digits - 1 - index) * 4) & 0xF)
      unsafe buffer[index] = nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
    }
    return digits
  }
}
