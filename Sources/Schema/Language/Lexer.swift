/// Bytes to tokens. Specification, section 2.1.
///
/// One pass, no text is made. The first error ends the list with an `invalid` token, so that the parser reports
/// whatever comes first in the source.
struct Lexer {
  private var symbols: SymbolTable
  private var error: GraphQLError?
  private let source: Source
  private let maxTokens: Int

  /// The tokens of a source.
  static func tokens(of source: Source, maxTokens: Int = .max) -> TokenList {
    var lexer = Lexer(source, maxTokens: maxTokens)
    let bytes = source.bytes.span
    guard lexer.isValidUTF8(bytes) else {
      return TokenList(tokens: [lexer.token(.invalid, 0, 0)], symbols: [], error: lexer.error)
    }
    // A token has at least one byte; one more ends the list.
    let capacity = min(bytes.count, maxTokens) + 1
    let tokens = unsafe [Token](unsafeUninitializedCapacity: capacity) { buffer, count in
      var output = unsafe OutputSpan(buffer: buffer, initializedCount: 0)
      var last: Token
      var position = 0
      repeat {
        last = lexer.next(bytes, position, isPermitted: output.count < maxTokens)
        output.append(last)
        position = Int(last.end)
      } while !last.kind.isLast
      count = unsafe output.finalize(for: buffer)
    }
    return TokenList(tokens: tokens, symbols: lexer.symbols.symbols, error: lexer.error)
  }

  private init(_ source: Source, maxTokens: Int) {
    self.source = source
    self.maxTokens = maxTokens
    symbols = SymbolTable(expecting: source.bytes.count / 16)
  }

  private mutating func isValidUTF8(_ bytes: Span<UInt8>) -> Bool {
    guard let offset = UTF8Check.firstInvalidOffset(in: bytes) else { return true }
    let byte = String(bytes[offset], radix: 16, uppercase: true)
    _ = fail(offset, "Invalid UTF-8: unexpected byte 0x\(byte).")
    return false
  }

  /// The first token at or behind `position`. The one that passes the limit is not permitted.
  @inline(__always)
  private mutating func next(_ bytes: Span<UInt8>, _ position: Int, isPermitted: Bool) -> Token {
    let start = Self.skipIgnored(bytes, position)
    guard start < bytes.count else { return token(.endOfFile, bytes.count, bytes.count) }
    guard isPermitted else { return passTokenLimit(start) }
    return lex(bytes, start)
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
      case 0x20:
        position &+= ByteWord.spaces(bytes.word(at: position))
      case 0x09, 0x0A, 0x0D, 0x2C:
        position &+= 1
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

  /// The token that starts at `start`; `invalid` when it is not well formed, and `error` says why.
  @inline(__always)
  private mutating func lex(_ bytes: Span<UInt8>, _ start: Int) -> Token {
    let byte = bytes[start]
    if byte.isNameStart {
      let (symbol, end) = symbols.internName(bytes, start)
      return token(.name, start, end, symbol: symbol)
    }
    let punctuator = TokenKind(punctuator: byte)
    if punctuator != .invalid { return token(punctuator, start, start + 1) }
    switch byte {
    case 0x22: return string(bytes, start)
    case 0x2D, 0x30...0x39: return number(bytes, start)
    case 0x2E where start + 2 < bytes.count && bytes[start + 1] == 0x2E && bytes[start + 2] == 0x2E:
      return token(.spread, start, start + 3)
    default: return unexpected(bytes, start)
    }
  }

  private mutating func unexpected(_ bytes: Span<UInt8>, _ start: Int) -> Token {
    let message =
      bytes[start] == 0x27
      ? "Unexpected single quote character ('), did you mean to use a double quote (\")?"
      : "Unexpected character: \(bytes.codePointText(at: start))."
    return fail(start, message)
  }

  private mutating func passTokenLimit(_ position: Int) -> Token {
    let message = "Document contains more than \(maxTokens) tokens."
    error = GraphQLError(message, code: .tokenLimitExceeded, locations: [source.location(at: position)])
    return token(.invalid, position, position)
  }

  private mutating func fail(_ offset: Int, _ message: String) -> Token {
    error = Self.syntaxError(message, source, offset)
    return token(.invalid, offset, offset)
  }
}

// MARK: Numbers

extension Lexer {
  /// IntValue and FloatValue, sections 2.9.1 and 2.9.2.
  private mutating func number(_ bytes: Span<UInt8>, _ start: Int) -> Token {
    var position = start
    var kind = TokenKind.int
    if bytes[position] == 0x2D { position += 1 }
    if position < bytes.count, bytes[position] == 0x30 {
      position += 1
      if position < bytes.count, bytes[position].isDigit {
        let digit = bytes.codePointText(at: position)
        return fail(position, "Invalid number, unexpected digit after 0: \(digit).")
      }
    } else {
      guard Self.skipDigits(bytes, &position) else { return expectedDigit(bytes, position) }
    }
    if position < bytes.count, bytes[position] == 0x2E {
      kind = .float
      position += 1
      guard Self.skipDigits(bytes, &position) else { return expectedDigit(bytes, position) }
    }
    if position < bytes.count, bytes[position] | 0x20 == 0x65 {
      kind = .float
      position += 1
      if position < bytes.count, bytes[position] == 0x2B || bytes[position] == 0x2D { position += 1 }
      guard Self.skipDigits(bytes, &position) else { return expectedDigit(bytes, position) }
    }
    if position < bytes.count, bytes[position] == 0x2E || bytes[position].isNameStart {
      return expectedDigit(bytes, position)
    }
    return token(kind, start, position)
  }

  /// Whether there is at least one.
  private static func skipDigits(_ bytes: Span<UInt8>, _ position: inout Int) -> Bool {
    let start = position
    while position < bytes.count, bytes[position].isDigit { position += 1 }
    return position > start
  }

  private mutating func expectedDigit(_ bytes: Span<UInt8>, _ position: Int) -> Token {
    fail(position, "Invalid number, expected digit but got: \(bytes.codePointText(at: position)).")
  }
}

// MARK: Strings

extension Lexer {
  /// StringValue, section 2.9.4. Only checked here; `Document.string(of:)` makes the text.
  private mutating func string(_ bytes: Span<UInt8>, _ start: Int) -> Token {
    if start + 2 < bytes.count, bytes[start + 1] == 0x22, bytes[start + 2] == 0x22 {
      return blockString(bytes, start)
    }
    var position = start + 1
    while position < bytes.count {
      switch bytes[position] {
      case 0x22:
        return token(.string, start, position + 1)
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

  private mutating func blockString(_ bytes: Span<UInt8>, _ start: Int) -> Token {
    var position = start + 3
    while position + 2 < bytes.count {
      if bytes[position] == 0x22, bytes[position + 1] == 0x22, bytes[position + 2] == 0x22 {
        return token(.blockString, start, position + 3)
      }
      position += bytes.isEscapedTripleQuote(at: position) ? 4 : 1
    }
    return fail(bytes.count, "Unterminated string.")
  }
}
