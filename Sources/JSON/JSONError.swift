/// Why a text is not the JSON that was asked for, and where.
///
/// `description` is harmless: it quotes at most one character of the text.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was wrong and what would be right.
  public let message: String
  /// Offset of the offending byte from the start of the text.
  public let offset: Int
  /// Line of the offending byte, from 1.
  public let line: Int
  /// Column of the offending byte in bytes, from 1.
  public let column: Int

  init(_ message: String, at offset: Int, in bytes: [UInt8]) {
    self.message = message
    self.offset = offset
    var line = 1
    var lineStart = 0
    for index in 0..<min(offset, bytes.count) where bytes[index] == UInt8(ascii: "\n") {
      line += 1
      lineStart = index + 1
    }
    self.line = line
    self.column = offset - lineStart + 1
  }

  public var description: String { "\(message) at line \(line), column \(column)" }
}
