// Byte classes and small readers shared by lexer, parser and string decoding.

extension UInt8 {
  @inline(__always)
  var isDigit: Bool { self &- 0x30 < 10 }

  /// Section 2.1.9, NameStart.
  @inline(__always)
  var isNameStart: Bool { (self | 0x20) &- 0x61 < 26 || self == 0x5F }

  /// Section 2.1.9, NameContinue.
  @inline(__always)
  var isNameContinue: Bool { isNameStart || isDigit }

  /// The value of a hexadecimal digit.
  var hexValue: UInt32? {
    switch self {
    case 0x30...0x39: UInt32(self - 0x30)
    case 0x41...0x46: UInt32(self - 0x37)
    case 0x61...0x66: UInt32(self - 0x57)
    default: nil
    }
  }
}

/// Runs of bytes, eight at a time. A word holds its first byte lowest.
enum ByteWord {
  /// The high bit of each byte that is not NameContinue (section 2.1.9); 0 when all are.
  ///
  /// The additions carry into the high bit of each byte whose value is at or above a bound, and never beyond it.
  @inline(__always)
  static func endsOfName(_ word: UInt64) -> UInt64 {
    let values = word & each(0x7F)
    let lowered = values | each(0x20)
    let letters = (lowered &+ each(0x80 - 0x61)) & ~(lowered &+ each(0x80 - 0x7B))
    let digits = (values &+ each(0x80 - 0x30)) & ~(values &+ each(0x80 - 0x3A))
    let notUnderscores = (values ^ each(0x5F)) &+ each(0x7F)
    return (~(letters | digits) & notUnderscores | word) & each(0x80)
  }

  /// How many of the first bytes are spaces; 8 when all are.
  @inline(__always)
  static func spaces(_ word: UInt64) -> Int {
    (word ^ each(0x20)).trailingZeroBitCount &>> 3
  }

  /// The bytes below the lowest bit of `ends`, which is not 0, and the rest zero.
  @inline(__always)
  static func prefix(_ word: UInt64, before ends: UInt64) -> UInt64 {
    word & (((ends & (0 &- ends)) &- 1) &>> 7)
  }

  /// The first bytes of a word, the rest zero.
  @inline(__always)
  static func prefix(_ word: UInt64, count: Int) -> UInt64 {
    count < 8 ? word & ((1 &<< UInt64(truncatingIfNeeded: count &* 8)) &- 1) : word
  }

  @inline(__always)
  private static func each(_ byte: UInt64) -> UInt64 { byte &* 0x0101_0101_0101_0101 }
}

extension Span<UInt8> {
  /// Eight bytes, the first lowest, and zeros for those beyond the end.
  @inline(__always)
  func word(at index: Int) -> UInt64 {
    // In bounds: the condition says so, and `index` is never negative here.
    if index &+ 8 <= count {
      return unsafe UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
    }
    return lastWord(at: index)
  }

  @inline(never)
  private func lastWord(at index: Int) -> UInt64 {
    var word: UInt64 = 0
    for offset in 0..<Swift.max(0, count - index) { word |= UInt64(self[index + offset]) << UInt64(offset * 8) }
    return word
  }

  /// `\"""`.
  @inline(__always)
  func isEscapedTripleQuote(at index: Int) -> Bool {
    index + 3 < count && self[index] == 0x5C && self[index + 1] == 0x22 && self[index + 2] == 0x22
      && self[index + 3] == 0x22
  }

  /// The scalar at an offset as messages show it: `"a"`, `'"'`, `U+00E9` or `<EOF>`.
  func codePointText(at index: Int) -> String {
    guard index < count else { return "<EOF>" }
    let byte = self[index]
    if byte == 0x22 { return "'\"'" }
    if (0x20...0x7E).contains(byte) { return "\"" + String(UnicodeScalar(byte)) + "\"" }
    let hex = String(scalar(at: index), radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: Swift.max(0, 4 - hex.utf8.count)) + hex
  }

  /// The scalar that starts at an offset; the bytes are valid UTF-8.
  func scalar(at index: Int) -> UInt32 {
    let lead = UInt32(self[index])
    let length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
    if length == 1 { return lead }
    var value = lead & (0x7F >> UInt32(length))
    for offset in 1..<length where index + offset < count {
      value = value << 6 | UInt32(self[index + offset] & 0x3F)
    }
    return value
  }
}

/// Well-formed UTF-8 (Unicode 17, table 3-7).
enum UTF8Check {
  /// The offset of the first byte that cannot be part of well-formed UTF-8.
  static func firstInvalidOffset(in text: PaddedText) -> Int? {
    var index = 0
    while index < text.count {
      if text.isASCII(at: index) {
        index &+= 32
        continue
      }
      // The zeros behind the end continue no sequence.
      for _ in 0..<32 where index < text.count {
        let length = sequenceLength(text, index)
        if length == 0 { return index }
        index &+= length
      }
    }
    return nil
  }

  /// The length of the well-formed sequence at an offset; 0 when there is none.
  private static func sequenceLength(_ bytes: PaddedText, _ index: Int) -> Int {
    let lead = bytes[index]
    if lead < 0x80 { return 1 }
    let length = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0
    guard length > 0 else { return 0 }
    let second: ClosedRange<UInt8> =
      switch lead {
      case 0xE0: 0xA0...0xBF
      case 0xED: 0x80...0x9F
      case 0xF0: 0x90...0xBF
      case 0xF4: 0x80...0x8F
      default: 0x80...0xBF
      }
    guard second.contains(bytes[index + 1]) else { return 0 }
    for offset in 2..<max(2, length) where bytes[index + offset] & 0xC0 != 0x80 { return 0 }
    return length
  }
}
