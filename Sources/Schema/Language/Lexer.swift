/// Bytes to tokens, one at a time. Specification, section 2.1.
///
/// No text is made. After the first error there are only `invalid` tokens, so that the parser reports whatever comes first
/// in the source.
struct Lexer: ~Copyable {
  /// The token it stands on.
  private(set) var kind = TokenKind.invalid
  private(set) var start = 0
  private(set) var end = 0
  /// The first eight bytes of a name, the rest zero.
  private(set) var head: UInt64 = 0
  /// Why there is no token.
  private(set) var error: GraphQLError?
  private(set) var text: PaddedText
  private var kinds = TokenKindTable()
  private var tokensLeft: Int
  private var maxTokens: Int
  private var source: Source

  /// What `init` takes of the memory.
  static func memorySize(of source: Source) -> Int {
    ParserMemory.size(source.bytes.count + PaddedText.padding, of: UInt8.self)
  }

  /// Stands on the first token.
  init(_ source: Source, maxTokens: Int, in memory: inout ParserMemory) {
    self.source = source
    self.maxTokens = maxTokens
    tokensLeft = maxTokens
    text = PaddedText(source.bytes, in: &memory)
    if let offset = UTF8Check.firstInvalidOffset(in: text) {
      let byte = String(text[offset], radix: 16, uppercase: true)
      error = Self.syntaxError("Invalid UTF-8: unexpected byte 0x\(byte).", source, offset)
    } else {
      advance()
    }
  }

  var token: Token { Token(kind: kind, start: start, end: end) }

  /// Goes to the next token. At the end, and behind an error, it stays.
  @inline(__always)
  mutating func advance() {
    var position = end
    var kind = kinds[text[position]]
    while kind.isIgnored {
      switch kind {
      case .blank: position &+= 1
      case .lineEnd: position = skipLineEnd(position)
      default:
        guard let next = skipUnusual(position) else { return }
        position = next
      }
      kind = kinds[text[position]]
    }
    if kind == .name {
      acceptName(position)
    } else if kind.isPunctuator {
      accept(kind, position, position &+ 1)
    } else {
      acceptUnusual(kind, position)
    }
  }

  @inline(__always)
  private mutating func accept(_ kind: TokenKind, _ start: Int, _ end: Int) {
    tokensLeft &-= 1
    guard tokensLeft >= 0 else { return passTokenLimit(start) }
    self.kind = kind
    self.start = start
    self.end = end
  }

  @inline(__always)
  private mutating func acceptName(_ start: Int) {
    var word = text.word(at: start)
    var ends = ByteWord.endsOfName(word)
    head = ends == 0 ? word : ByteWord.prefix(word, before: ends)
    var end = start
    while ends == 0 {
      end &+= 8
      word = text.word(at: end)
      ends = ByteWord.endsOfName(word)
    }
    accept(.name, start, end &+ (ends.trailingZeroBitCount &>> 3))
  }

  /// A line mostly begins with its indentation.
  @inline(__always)
  private func skipLineEnd(_ position: Int) -> Int {
    var position = position &+ 1
    var spaces: Int
    repeat {
      spaces = ByteWord.spaces(text.word(at: position))
      position &+= spaces
    } while spaces == 8
    return position
  }

  static func syntaxError(_ message: String, _ source: Source, _ offset: Int) -> GraphQLError {
    GraphQLError(
      "Syntax Error: " + message,
      code: .graphqlParseFailed,
      locations: [source.location(at: offset)]
    )
  }
}

// MARK: Less usual tokens

extension Lexer {
  /// Strings, numbers, `...`, the end, and what is no token.
  @inline(never)
  private mutating func acceptUnusual(_ kind: TokenKind, _ start: Int) {
    switch kind {
    case .endOfFile where start == text.count:
      self.kind = .endOfFile
      self.start = start
      end = start
    case _ where tokensLeft <= 0: passTokenLimit(start)
    case .spread where text[start + 1] == 0x2E && text[start + 2] == 0x2E: accept(.spread, start, start + 3)
    case .int: acceptNumber(start)
    case .string: acceptString(start)
    default: refuse(start)
    }
  }

  /// The place behind a comment or byte order mark; `nil` when it is neither.
  @inline(never)
  private mutating func skipUnusual(_ start: Int) -> Int? {
    if text[start] == 0xEF {
      if text[start + 1] == 0xBB, text[start + 2] == 0xBF { return start + 3 }
      acceptUnusual(.invalid, start)
      return nil
    }
    var position = start
    while position < text.count, text[position] != 0x0A, text[position] != 0x0D { position &+= 1 }
    return position
  }

  private mutating func refuse(_ start: Int) {
    let message =
      text[start] == 0x27
      ? "Unexpected single quote character ('), did you mean to use a double quote (\")?"
      : "Unexpected character: \(source.bytes.span.codePointText(at: start))."
    fail(start, message)
  }

  @inline(never)
  private mutating func passTokenLimit(_ position: Int) {
    let message = "Document contains more than \(maxTokens) tokens."
    fail(
      position,
      GraphQLError(message, code: .tokenLimitExceeded, locations: [source.location(at: position)])
    )
  }

  private mutating func fail(_ offset: Int, _ message: String) {
    fail(offset, Self.syntaxError(message, source, offset))
  }

  private mutating func fail(_ offset: Int, _ error: GraphQLError) {
    // Tried again, it would fail at the same place.
    if self.error == nil { self.error = error }
    kind = .invalid
    start = offset
    end = offset
  }
}

// MARK: Numbers

extension Lexer {
  /// IntValue and FloatValue, sections 2.9.1 and 2.9.2.
  private mutating func acceptNumber(_ start: Int) {
    var position = start
    var kind = TokenKind.int
    if text[position] == 0x2D { position += 1 }
    if text[position] == 0x30 {
      position += 1
      if text[position].isDigit {
        let digit = source.bytes.span.codePointText(at: position)
        return fail(position, "Invalid number, unexpected digit after 0: \(digit).")
      }
    } else {
      guard skipDigits(&position) else { return expectedDigit(position) }
    }
    if text[position] == 0x2E {
      kind = .float
      position += 1
      guard skipDigits(&position) else { return expectedDigit(position) }
    }
    if text[position] | 0x20 == 0x65 {
      kind = .float
      position += 1
      if text[position] == 0x2B || text[position] == 0x2D { position += 1 }
      guard skipDigits(&position) else { return expectedDigit(position) }
    }
    if text[position] == 0x2E || text[position].isNameStart { return expectedDigit(position) }
    accept(kind, start, position)
  }

  /// Whether there is at least one.
  private func skipDigits(_ position: inout Int) -> Bool {
    let start = position
    while text[position].isDigit { position += 1 }
    return position > start
  }

  private mutating func expectedDigit(_ position: Int) {
    fail(position, "Invalid number, expected digit but got: \(source.bytes.span.codePointText(at: position)).")
  }
}

// MARK: Strings

extension Lexer {
  /// StringValue, section 2.9.4. Only checked here; `Document.string(of:)` makes the text.
  private mutating func acceptString(_ start: Int) {
    if text[start + 1] == 0x22, text[start + 2] == 0x22 { return acceptBlockString(start) }
    var position = start + 1
    while position < text.count {
      switch text[position] {
      case 0x22:
        return accept(.string, start, position + 1)
      case 0x5C:
        switch StringEscape.read(source.bytes.span, position) {
        case .scalar(_, let length): position += length
        case .invalid(let message): return fail(position, message)
        }
      case 0x0A, 0x0D:
        return fail(position, "Unterminated string.")
      default:
        position += 1
      }
    }
    fail(text.count, "Unterminated string.")
  }

  private mutating func acceptBlockString(_ start: Int) {
    var position = start + 3
    while position < text.count {
      if text[position] == 0x22, text[position + 1] == 0x22, text[position + 2] == 0x22 {
        return accept(.blockString, start, position + 3)
      }
      position += isEscapedTripleQuote(position) ? 4 : 1
    }
    fail(text.count, "Unterminated string.")
  }

  /// `\"""`.
  private func isEscapedTripleQuote(_ position: Int) -> Bool {
    text[position] == 0x5C && text[position + 1] == 0x22 && text[position + 2] == 0x22 && text[position + 3] == 0x22
  }
}
