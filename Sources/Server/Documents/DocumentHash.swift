import Crypto

/// The SHA-256 of a document's text: the name that client and server can each compute.
struct DocumentHash: Sendable, Hashable, CustomStringConvertible {
  /// 64 lower-case hexadecimal digits.
  let description: String

  /// - Complexity: O(document).
  init(of document: [UInt8]) {
    var digits: [UInt8] = []
    digits.reserveCapacity(64)
    for byte in SHA256.hash(data: document) {
      digits.append(Self.digit(byte >> 4))
      digits.append(Self.digit(byte & 15))
    }
    description = String(decoding: digits, as: UTF8.self)
  }

  /// Nil for anything but 64 hexadecimal digits; their case does not matter.
  init?(_ text: some StringProtocol) {
    guard text.utf8.count == 64, text.utf8.allSatisfy(Self.isDigit) else { return nil }
    description = text.lowercased()
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      true
    default: false
    }
  }
}
