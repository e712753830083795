/// The bytes of a document and the name they are reported under.
///
/// Everything in this module refers to text by byte offset. Lines and columns are computed only when an error is shown.
public struct Source: Sendable {
  /// UTF-8, as received. May start with a byte order mark.
  public let bytes: [UInt8]
  /// What diagnostics call it: a file name, or `GraphQL request`.
  public let name: String

  public init(bytes: [UInt8], name: String = "GraphQL request") {
    self.bytes = bytes
    self.name = name
  }

  public init(_ text: String, name: String = "GraphQL request") {
    self.init(bytes: Array(text.utf8), name: name)
  }

  /// The place of a byte offset. Offsets past the end count as the end.
  ///
  /// - Complexity: O(offset).
  public func location(at offset: Int) -> SourceLocation {
    let end = min(offset, bytes.count)
    var line = 1
    var lineStart = 0
    var index = 0
    while index < end {
      let byte = bytes[index]
      index += 1
      guard byte == 0x0A || byte == 0x0D else { continue }
      if byte == 0x0D, index < bytes.count, bytes[index] == 0x0A {
        // CR LF is one line terminator; an offset between the two still belongs to the line before.
        guard index < end else { break }
        index += 1
      }
      line += 1
      lineStart = index
    }
    return SourceLocation(line: line, column: scalarCount(in: lineStart..<end) + 1)
  }

  /// The text of a line, without its terminator; empty when there is no such line. Lines count from 1.
  public func line(_ number: Int) -> String {
    var line = 1
    var start = 0
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte == 0x0A || byte == 0x0D {
        if line == number { return String(decoding: bytes[start..<index], as: UTF8.self) }
        if byte == 0x0D, index + 1 < bytes.count, bytes[index + 1] == 0x0A { index += 1 }
        line += 1
        start = index + 1
      }
      index += 1
    }
    return line == number ? String(decoding: bytes[start...], as: UTF8.self) : ""
  }

  private func scalarCount(in range: Range<Int>) -> Int {
    var count = 0
    for index in range where bytes[index] & 0xC0 != 0x80 { count += 1 }
    return count
  }
}

/// A place in a source. Both count from 1; columns count Unicode scalar values, as graphql-core does.
public struct SourceLocation: Sendable, Hashable {
  public let line: Int
  public let column: Int

  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}
