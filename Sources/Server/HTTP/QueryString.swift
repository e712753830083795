/// The query of a URL as name and value pairs, decoded as HTML forms are (`+` is a space).
struct QueryString: Sendable, Equatable {
  private let pairs: [(name: String, value: String)]

  static func == (left: QueryString, right: QueryString) -> Bool {
    left.pairs.elementsEqual(right.pairs) { $0 == $1 }
  }

  /// Nil when an escape is no escape or what is escaped is not UTF-8.
  init?(_ text: some StringProtocol) {
    var pairs: [(name: String, value: String)] = []
    for piece in text.utf8.split(separator: UInt8(ascii: "&")) {
      let halves = piece.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard
        let name = Self.decode(halves[0]),
        let value = halves.count == 2 ? Self.decode(halves[1]) : ""
      else { return nil }
      pairs.append((name, value))
    }
    self.pairs = pairs
  }

  /// The last value of that name, as the platform's service takes it; nil when there is none.
  subscript(name: String) -> String? {
    pairs.last { $0.name == name }?.value
  }

  private static func decode(_ bytes: some Sequence<UInt8>) -> String? {
    PercentEncoding.decode(bytes, plusIsSpace: true)
  }
}

/// Percent-encoding, RFC 3986 section 2.1.
enum PercentEncoding {
  /// Nil when an escape is no escape, or the result is not UTF-8 or holds a NUL, which PostgreSQL cannot keep.
  static func decode(_ bytes: some Sequence<UInt8>, plusIsSpace: Bool) -> String? {
    var decoded: [UInt8] = []
    var iterator = bytes.makeIterator()
    while let byte = iterator.next() {
      switch byte {
      case UInt8(ascii: "+") where plusIsSpace: decoded.append(UInt8(ascii: " "))
      case UInt8(ascii: "%"):
        guard let high = iterator.next().flatMap(digit), let low = iterator.next().flatMap(digit) else { return nil }
        decoded.append(high << 4 | low)
      default: decoded.append(byte)
      }
    }
    guard !decoded.contains(0) else { return nil }
    return String(validating: decoded, as: UTF8.self)
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
