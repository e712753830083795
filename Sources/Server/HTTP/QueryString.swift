/// The query of a URL as name and value pairs, decoded as HTML forms are (`+` is a space).
struct QueryString: Sendable, Equatable {
  private let pairs: [(name: String, value: String)]

  static func == (left: QueryString, right: QueryString) -> Bool {
    left.pairs.elementsEqual(right.pairs) { $0 == $1 }
  }

  /// - Throws: what is wrong with the first name or value that cannot be decoded.
  init(_ text: some StringProtocol) throws(PercentEncoding.Failure) {
    var pairs: [(name: String, value: String)] = []
    for piece in text.utf8.split(separator: UInt8(ascii: "&")) {
      let halves = piece.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      pairs.append((try Self.decode(halves[0]), halves.count == 2 ? try Self.decode(halves[1]) : ""))
    }
    self.pairs = pairs
  }

  /// The last value of that name, as the platform's service takes it; nil when there is none.
  subscript(name: String) -> String? {
    pairs.last { $0.name == name }?.value
  }

  /// All values of that name, in order.
  func values(of name: String) -> [String] {
    pairs.filter { $0.name == name }.map(\.value)
  }

  /// The first name that is none of these.
  func name(otherThan known: Set<String>) -> String? {
    pairs.first { !known.contains($0.name) }?.name
  }

  /// How many times the name is given.
  func count(of name: String) -> Int {
    pairs.count { $0.name == name }
  }

  private static func decode(_ bytes: some Sequence<UInt8>) throws(PercentEncoding.Failure) -> String {
    try PercentEncoding.decode(bytes, plusIsSpace: true)
  }
}

/// Percent-encoding, RFC 3986 section 2.1.
enum PercentEncoding {
  /// Why a text cannot be decoded.
  enum Failure: Error, Equatable {
    /// An escape is no escape, or what is escaped is not UTF-8.
    case malformed
    /// PostgreSQL's texts cannot hold it.
    case nul

    /// To be said of a thing: "The query of the URL …".
    var complaint: String {
      switch self {
      case .malformed: "is not percent-encoded UTF-8"
      case .nul: "must not contain U+0000"
      }
    }
  }

  static func decode(_ bytes: some Sequence<UInt8>, plusIsSpace: Bool) throws(Failure) -> String {
    var decoded: [UInt8] = []
    var iterator = bytes.makeIterator()
    while let byte = iterator.next() {
      switch byte {
      case UInt8(ascii: "+") where plusIsSpace: decoded.append(UInt8(ascii: " "))
      case UInt8(ascii: "%"):
        guard let high = iterator.next().flatMap(digit), let low = iterator.next().flatMap(digit) else {
          throw .malformed
        }
        decoded.append(high << 4 | low)
      default: decoded.append(byte)
      }
    }
    guard !decoded.contains(0) else { throw .nul }
    guard let text = String(validating: decoded, as: UTF8.self) else { throw .malformed }
    return text
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
