/// Escape sequences of strings. Specification, section 2.9.4.
enum StringEscape {
  /// The scalar that an escape stands for and how many bytes it takes.
  case scalar(UInt32, length: Int)
  case invalid(String)

  /// Reads the escape whose backslash is at `start`.
  static func read(_ bytes: Span<UInt8>, _ start: Int) -> StringEscape {
    guard start + 1 < bytes.count else { return .invalid("Invalid character escape sequence: \"\\\".") }
    switch bytes[start + 1] {
    case 0x22: return .scalar(0x22, length: 2)
    case 0x5C: return .scalar(0x5C, length: 2)
    case 0x2F: return .scalar(0x2F, length: 2)
    case 0x62: return .scalar(0x08, length: 2)
    case 0x66: return .scalar(0x0C, length: 2)
    case 0x6E: return .scalar(0x0A, length: 2)
    case 0x72: return .scalar(0x0D, length: 2)
    case 0x74: return .scalar(0x09, length: 2)
    case 0x75:
      let isVariable = start + 2 < bytes.count && bytes[start + 2] == 0x7B
      return isVariable ? variableWidth(bytes, start) : fixedWidth(bytes, start)
    default:
      return .invalid("Invalid character escape sequence: \"\(text(bytes, start, length: 2))\".")
    }
  }

  /// `\u{1F600}`.
  private static func variableWidth(_ bytes: Span<UInt8>, _ start: Int) -> StringEscape {
    var point: UInt32 = 0
    var size = 3
    // No longer than `\u{00000000}`.
    let maxSize = min(12, bytes.count - start)
    while size < maxSize {
      let byte = bytes[start + size]
      size += 1
      if byte == 0x7D {
        guard size >= 5, let scalar = UnicodeScalar(point) else { break }
        return .scalar(scalar.value, length: size)
      }
      guard let digit = byte.hexValue, point <= 0x0FFF_FFFF else { break }
      point = point << 4 | digit
    }
    return .invalid("Invalid Unicode escape sequence: \"\(text(bytes, start, length: size))\".")
  }

  /// `\u00E9`, or a surrogate pair `\uD83D\uDE00`.
  private static func fixedWidth(_ bytes: Span<UInt8>, _ start: Int) -> StringEscape {
    if let code = hex4(bytes, start + 2) {
      if UnicodeScalar(code) != nil { return .scalar(code, length: 6) }
      if code <= 0xDBFF, start + 7 < bytes.count, bytes[start + 6] == 0x5C, bytes[start + 7] == 0x75,
        let trail = hex4(bytes, start + 8), (0xDC00...0xDFFF).contains(trail)
      {
        return .scalar(0x10000 + (code - 0xD800) << 10 + (trail - 0xDC00), length: 12)
      }
    }
    return .invalid("Invalid Unicode escape sequence: \"\(text(bytes, start, length: 6))\".")
  }

  private static func hex4(_ bytes: Span<UInt8>, _ start: Int) -> UInt32? {
    guard start + 4 <= bytes.count else { return nil }
    var value: UInt32 = 0
    for offset in 0..<4 {
      guard let digit = bytes[start + offset].hexValue else { return nil }
      value = value << 4 | digit
    }
    return value
  }

  /// The next `length` scalars as they stand.
  private static func text(_ bytes: Span<UInt8>, _ start: Int, length: Int) -> String {
    var text = ""
    var index = start
    for _ in 0..<length where index < bytes.count {
      guard let scalar = UnicodeScalar(bytes.scalar(at: index)) else { break }
      text.unicodeScalars.append(scalar)
      index += scalar.utf8.count
    }
    return text
  }
}

extension Document {
  /// The text that a string value stands for: escapes resolved, block strings without their indentation.
  public func string(of value: Value) -> String {
    String(decoding: stringBytes(of: value), as: UTF8.self)
  }

  func stringBytes(of value: Value) -> [UInt8] {
    let bytes = source.bytes.span
    return value.isBlock
      ? BlockString.value(bytes, from: Int(value.offset) + 3, to: Int(value.end) - 3)
      : Self.unescaped(bytes, from: Int(value.offset) + 1, to: Int(value.end) - 1)
  }

  private static func unescaped(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(end - start)
    var index = start
    while index < end {
      guard bytes[index] == 0x5C, case .scalar(let point, let length) = StringEscape.read(bytes, index),
        let scalar = UnicodeScalar(point)
      else {
        result.append(bytes[index])
        index += 1
        continue
      }
      result.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      index += length
    }
    return result
  }
}

/// BlockStringValue, section 2.9.4.
enum BlockString {
  /// The value of the raw bytes between the quotes.
  static func value(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> [UInt8] {
    let lines = lines(bytes, from: start, to: end)
    var result: [UInt8] = []
    guard let first = lines.firstIndex(where: { !$0.isBlank }), let last = lines.lastIndex(where: { !$0.isBlank })
    else { return result }
    result.reserveCapacity(end - start)
    let indent = lines.dropFirst().lazy.filter { !$0.isBlank }.map(\.indentation).min() ?? 0
    for index in first...last {
      if index > first { result.append(0x0A) }
      let line = lines[index]
      let skipped = index == 0 ? 0 : min(indent, line.end - line.start)
      append(bytes, from: line.start + skipped, to: line.end, to: &result)
    }
    return result
  }

  /// Where a line stands, without its terminator, and how many blanks it starts with.
  private struct Line {
    let start: Int
    let end: Int
    let indentation: Int

    var isBlank: Bool { indentation == end - start }
  }

  private static func lines(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> [Line] {
    var lines: [Line] = []
    var lineStart = start
    while true {
      var index = lineStart
      while index < end, bytes[index] == 0x20 || bytes[index] == 0x09 { index += 1 }
      let indentation = index - lineStart
      while index < end, bytes[index] != 0x0A, bytes[index] != 0x0D { index += 1 }
      lines.append(Line(start: lineStart, end: index, indentation: indentation))
      guard index < end else { return lines }
      // CR LF is one line terminator.
      if bytes[index] == 0x0D, index + 1 < end, bytes[index + 1] == 0x0A { index += 1 }
      lineStart = index + 1
    }
  }

  /// Part of a line, with `\"""` resolved.
  private static func append(_ bytes: Span<UInt8>, from start: Int, to end: Int, to result: inout [UInt8]) {
    var index = start
    while index < end {
      if bytes[index] == 0x5C, bytes.isEscapedTripleQuote(at: index) {
        result.append(contentsOf: [0x22, 0x22, 0x22])
        index += 4
      } else {
        result.append(bytes[index])
        index += 1
      }
    }
  }
}

extension BlockString {
  /// A value between triple quotes, laid out so that reading it gives the value back.
  ///
  /// Long and multi-line values get lines of their own; a value that starts with a blank or ends with a quote or backslash gets
  /// the line end that protects it.
  static func printed(_ value: String) -> String {
    let bytes = Array(value.utf8)
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    let isSingle = lines.count == 1
    let needsLeadingLine = lines.count > 1 && lines.dropFirst().allSatisfy { $0.isEmpty || isBlank($0.first) }
    let endsInTripleQuote = bytes.suffix(3).elementsEqual([0x22, 0x22, 0x22])
    let needsTrailingLine = (bytes.last == 0x22 && !endsInTripleQuote) || bytes.last == 0x5C
    let isSpread =
      !isSingle || value.unicodeScalars.count > 70 || needsTrailingLine || needsLeadingLine || endsInTripleQuote
    let skipsLeadingLine = isSingle && isBlank(bytes.first)
    let lead = (isSpread && !skipsLeadingLine) || needsLeadingLine ? "\n" : ""
    return "\"\"\"" + lead + escaped(bytes) + (isSpread ? "\n" : "") + "\"\"\""
  }

  private static func isBlank(_ byte: UInt8?) -> Bool { byte == 0x20 || byte == 0x09 }

  /// `\"""` for `"""`.
  private static func escaped(_ bytes: [UInt8]) -> String {
    var result: [UInt8] = []
    var index = 0
    while index < bytes.count {
      if bytes[index...].prefix(3).elementsEqual([0x22, 0x22, 0x22]) {
        result.append(contentsOf: [0x5C, 0x22, 0x22, 0x22])
        index += 3
      } else {
        result.append(bytes[index])
        index += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
