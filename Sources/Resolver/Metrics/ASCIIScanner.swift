/// Reads a short text of ASCII from left to right.
struct ASCIIScanner {
  private let bytes: [UInt8]
  private var position = 0

  init(_ text: some StringProtocol) {
    bytes = Array(text.utf8)
  }

  var isAtEnd: Bool { position == bytes.count }

  /// Steps over `character` when it comes next.
  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  /// The value of exactly `count` decimal digits; stays where it is when there are fewer.
  mutating func digits(_ count: Int) -> Int64? {
    guard position + count <= bytes.count else { return nil }
    var value: Int64 = 0
    for byte in bytes[position..<position + count] {
      guard let digit = Self.value(of: byte) else { return nil }
      value = value * 10 + digit
    }
    position += count
    return value
  }

  /// The value of all decimal digits that follow; nil when there are none or more than `limit`.
  mutating func digits(upTo limit: Int) -> Int64? {
    let count = bytes[position...].prefix { Self.value(of: $0) != nil }.count
    return count > 0 && count <= limit ? digits(count) : nil
  }

  private static func value(of byte: UInt8) -> Int64? {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? Int64(byte - UInt8(ascii: "0")) : nil
  }
}

extension StringProtocol {
  /// The text in quotes for an error message, cut when it is long.
  var quotedExcerpt: String {
    let limit = 64
    return utf8.count <= limit ? "\"\(self)\"" : "\"\(prefix(limit))…\""
  }
}
