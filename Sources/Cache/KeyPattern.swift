/// The documented form of a cache key, such as `home_kpis:{workspace_id}:{range}`.
///
/// Outside of braces stands the key's own text: printable ASCII without blanks. Inside stands the name of a placeholder:
/// lower-case letters, digits and `_`, not beginning with a digit.
public struct KeyPattern: Sendable, Hashable {
  private enum Segment: Sendable, Hashable {
    case literal([UInt8])
    case placeholder(String)
  }

  private let segments: [Segment]

  /// Parses a pattern, once, at start.
  /// - Throws: the first error, with its column.
  public init(_ text: String) throws(KeyPatternError) {
    var parser = Parser(text)
    segments = try parser.parse()
  }

  /// The names in braces, in order of appearance.
  public var placeholders: [String] {
    segments.compactMap { if case .placeholder(let name) = $0 { name } else { nil } }
  }

  /// What every key of the pattern begins with: the text before the first brace.
  public var prefix: String {
    guard case .literal(let text) = segments.first else { return "" }
    return String(decoding: text, as: UTF8.self)
  }

  /// The key for given values, which are written as they are.
  /// - Returns: nil when a placeholder has no value or the key would be longer than ``CacheKey/maximumLength``.
  public func render(_ value: (String) -> String?) -> CacheKey? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(96)
    for segment in segments {
      switch segment {
      case .literal(let text): bytes += text
      case .placeholder(let name):
        guard let text = value(name) else { return nil }
        bytes += text.utf8
      }
    }
    return bytes.count <= CacheKey.maximumLength ? CacheKey(bytes: bytes) : nil
  }

  private struct Parser {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) {
      bytes = Array(text.utf8)
    }

    mutating func parse() throws(KeyPatternError) -> [Segment] {
      guard !bytes.isEmpty else { throw error("the pattern is empty", at: 0) }
      var segments: [Segment] = []
      while position < bytes.count {
        segments.append(bytes[position] == UInt8(ascii: "{") ? try placeholder() : try literal())
      }
      return segments
    }

    private mutating func literal() throws(KeyPatternError) -> Segment {
      let start = position
      while position < bytes.count, bytes[position] != UInt8(ascii: "{") {
        let byte = bytes[position]
        if byte == UInt8(ascii: "}") { throw error("\"}\" without \"{\"", at: position) }
        guard (0x21...0x7e).contains(byte) else {
          throw error("a key is printable ASCII without blanks", at: position)
        }
        position += 1
      }
      return .literal(Array(bytes[start..<position]))
    }

    private mutating func placeholder() throws(KeyPatternError) -> Segment {
      let start = position
      position += 1
      while position < bytes.count, isNameByte(bytes[position], isFirst: position == start + 1) { position += 1 }
      guard position < bytes.count else { throw error("\"{\" without \"}\"", at: start) }
      guard bytes[position] == UInt8(ascii: "}") else {
        throw error("a placeholder is named with a-z, 0-9 and \"_\"", at: position)
      }
      guard position > start + 1 else { throw error("a placeholder without name", at: start) }
      defer { position += 1 }
      return .placeholder(String(decoding: bytes[(start + 1)..<position], as: UTF8.self))
    }

    private func isNameByte(_ byte: UInt8, isFirst: Bool) -> Bool {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"): true
      case UInt8(ascii: "0")...UInt8(ascii: "9"): !isFirst
      default: false
      }
    }

    private func error(_ message: String, at offset: Int) -> KeyPatternError {
      KeyPatternError(message: message, column: offset + 1)
    }
  }
}

/// Why a text is no key pattern.
public struct KeyPatternError: Error, Sendable, Hashable, CustomStringConvertible {
  public let message: String
  /// Counted in bytes from 1.
  public let column: Int

  public var description: String { "key pattern, column \(column): \(message)" }
}
