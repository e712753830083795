/// Bytes to tokens. Specification, section 2.1.
///
/// One pass, no text is made. The first error ends the list with an `invalid` token, so that the parser reports
/// whatever comes first in the source.
struct Lexer {
  private var tokens: [Token] = []
  private var symbols: SymbolTable
  private var failure: (offset: Int, message: String)?
  private let maxTokens: Int

  /// The tokens of a source.
  static func tokens(of source: Source, maxTokens: Int = .max) -> TokenList {
    var lexer = Lexer(byteCount: source.bytes.count, maxTokens: maxTokens)
    let bytes = source.bytes.span
    if let offset = UTF8Check.firstInvalidOffset(in: bytes) {
      let byte = String(bytes[offset], radix: 16, uppercase: true)
      let error = syntaxError("Invalid UTF-8: unexpected byte 0x\(byte).", source, offset)
      return TokenList(tokens: [lexer.token(.invalid, offset, offset)], symbols: [], error: error)
    }
    return lexer.run(bytes, source)
  }

  private init(byteCount: Int, maxTokens: Int) {
    self.maxTokens = maxTokens
    symbols = SymbolTable(expecting: byteCount / 16)
    tokens.reserveCapacity(min(byteCount / 3, maxTokens) + 2)
  }

  private mutating func run(_ bytes: Span<UInt8>, _ source: Source) -> TokenList {
    var position = 0
    while true {
      position = Self.skipIgnored(bytes, position)
      guard position < bytes.count else {
        tokens.append(token(.endOfFile, bytes.count, bytes.count))
        return TokenList(tokens: tokens, symbols: symbols.symbols)
      }
      if tokens.count >= maxTokens {
        let message = "Document contains more than \(maxTokens) tokens."
        return stopped(
          at: position,
          GraphQLError(message, code: .tokenLimitExceeded, locations: [source.location(at: position)])
        )
      }
      let end = lex(bytes, position)
      if let failure {
        return stopped(at: failure.offset, Self.syntaxError(failure.message, source, failure.offset))
      }
      position = end
    }
  }

  private mutating func stopped(at offset: Int, _ error: GraphQLError) -> TokenList {
    tokens.append(token(.invalid, offset, offset))
    return TokenList(tokens: tokens, symbols: symbols.symbols, error: error)
  }

  static func syntaxError(_ message: String, _ source: Source, _ offset: Int) -> GraphQLError {
    GraphQLError(
      "Syntax Error: " + message,
      code: .graphqlParseFailed,
      locations: [source.location(at: offset)]
    )
  }

  @inline(__always)
  private func token(_ kind: TokenKind, _ start: Int, _ end: Int, symbol: UInt32 = .max) -> Token {
    Token(
      kind: kind,
      offset: UInt32(truncatingIfNeeded: start),
      end: UInt32(truncatingIfNeeded: end),
      symbol: symbol
    )
  }

  /// White space, line terminators, commas, comments and byte order marks.
  @inline(__always)
  private static func skipIgnored(_ bytes: Span<UInt8>, _ start: Int) -> Int {
    var position = start
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D, 0x2C:
        position += 1
      case 0x23:
        while position < bytes.count, bytes[position] != 0x0A, bytes[position] != 0x0D { position += 1 }
      case 0xEF where position + 2 < bytes.count && bytes[position + 1] == 0xBB && bytes[position + 2] == 0xBF:
        position += 3
      default:
        return position
      }
    }
    return position
  }

  /// Appends the token that starts at `start` and returns its end.
  @inline(__always)
  private mutating func lex(_ bytes: Span<UInt8>, _ start: Int) -> Int {
    let byte = bytes[start]
    switch byte {
    case 0x41...0x5A, 0x61...0x7A, 0x5F: return name(bytes, start)
    case 0x7B: return punctuator(.braceLeft, start)
    case 0x7D: return punctuator(.braceRight, start)
    case 0x28: return punctuator(.parenLeft, start)
    case 0x29: return punctuator(.parenRight, start)
    case 0x3A: return punctuator(.colon, start)
    case 0x24: return punctuator(.dollar, start)
    case 0x21: return punctuator(.bang, start)
    case 0x40: return punctuator(.at, start)
    case 0x5B: return punctuator(.bracketLeft, start)
    case 0x5D: return punctuator(.bracketRight, start)
    case 0x3D: return punctuator(.equals, start)
    case 0x26: return punctuator(.ampersand, start)
    case 0x7C: return punctuator(.pipe, start)
    case 0x22: return string(bytes, start)
    case 0x2D, 0x30...0x39: return number(bytes, start)
    case 0x2E where start + 2 < bytes.count && bytes[start + 1] == 0x2E && bytes[start + 2] == 0x2E:
      tokens.append(token(.spread, start, start + 3))
      return start + 3
    default: return unexpected(bytes, start)
    }
  }

  @inline(__always)
  private mutating func punctuator(_ kind: TokenKind, _ start: Int) -> Int {
    tokens.append(token(kind, start, start + 1))
    return start + 1
  }

  @inline(__always)
  private mutating func name(_ bytes: Span<UInt8>, _ start: Int) -> Int {
    var end = start + 1
    while end < bytes.count, bytes[end].isNameContinue { end += 1 }
    tokens.append(token(.name, start, end, symbol: symbols.intern(bytes, start, end)))
    return end
  }

  private mutating func unexpected(_ bytes: Span<UInt8>, _ start: Int) -> Int {
    let message =
      bytes[start] == 0x27
      ? "Unexpected single quote character ('), did you mean to use a double quote (\")?"
      : "Unexpected character: \(bytes.codePointText(at: start))."
    return fail(start, message)
  }

  private mutating func fail(_ offset: Int, _ message: String) -> Int {
    if failure == nil { failure = (offset, message) }
    return offset
  }
}

// MARK: Numbers

extension Lexer {
  /// IntValue and FloatValue, sections 2.9.1 and 2.9.2.
  private mutating func number(_ bytes: Span<UInt8>, _ start: Int) -> Int {
    var position = start
    var isFloat = false
    if bytes[position] == 0x2D { position += 1 }
    if position < bytes.count, bytes[position] == 0x30 {
      position += 1
      if position < bytes.count, bytes[position].isDigit {
        let digit = bytes.codePointText(at: position)
        return fail(position, "Invalid number, unexpected digit after 0: \(digit).")
      }
    } else {
      position = digits(bytes, position)
    }
    if failure == nil, position < bytes.count, bytes[position] == 0x2E {
      isFloat = true
      position = digits(bytes, position + 1)
    }
    if failure == nil, position < bytes.count, bytes[position] | 0x20 == 0x65 {
      isFloat = true
      position += 1
      if position < bytes.count, bytes[position] == 0x2B || bytes[position] == 0x2D { position += 1 }
      position = digits(bytes, position)
    }
    guard failure == nil else { return position }
    if position < bytes.count, bytes[position] == 0x2E || bytes[position].isNameStart {
      return expectedDigit(bytes, position)
    }
    tokens.append(token(isFloat ? .float : .int, start, position))
    return position
  }

  private mutating func digits(_ bytes: Span<UInt8>, _ start: Int) -> Int {
    var position = start
    while position < bytes.count, bytes[position].isDigit { position += 1 }
    return position > start ? position : expectedDigit(bytes, start)
  }

  private mutating func expectedDigit(_ bytes: Span<UInt8>, _ position: Int) -> Int {
    fail(position, "Invalid number, expected digit but got: \(bytes.codePointText(at: position)).")
  }
}

// MARK: Strings

extension Lexer {
  /// StringValue, section 2.9.4. Only checked here; `Document.string(of:)` makes the text.
  private mutating func string(_ bytes: Span<UInt8>, _ start: Int) -> Int {
    if start + 2 < bytes.count, bytes[start + 1] == 0x22, bytes[start + 2] == 0x22 {
      return blockString(bytes, start)
    }
    var position = start + 1
    while position < bytes.count {
      switch bytes[position] {
      case 0x22:
        tokens.append(token(.string, start, position + 1))
        return position + 1
      case 0x5C:
        switch StringEscape.read(bytes, position) {
        case .scalar(_, let length): position += length
        case .invalid(let message): return fail(position, message)
        }
      case 0x0A, 0x0D:
        return fail(position, "Unterminated string.")
      default:
        position += 1
      }
    }
    return fail(position, "Unterminated string.")
  }

  private mutating func blockString(_ bytes: Span<UInt8>, _ start: Int) -> Int {
    var position = start + 3
    while position + 2 < bytes.count {
      if bytes[position] == 0x22, bytes[position + 1] == 0x22, bytes[position + 2] == 0x22 {
        tokens.append(token(.blockString, start, position + 3))
        return position + 3
      }
      position += bytes.isEscapedTripleQuote(at: position) ? 4 : 1
    }
    return fail(bytes.count, "Unterminated string.")
  }
}
