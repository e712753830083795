/// Tokens to a document: the grammar of section 2 (executable) and section 3 (type system), by recursive descent with a
/// counted depth.
///
/// Each production is a method named after it. Errors are graphql-js's: the first place that cannot continue.
public struct Parser {
  let tokens: [Token]
  let lexerError: GraphQLError?
  let limits: ParserLimits
  var position = 0
  var depth = 0
  var document: Document

  // Siblings wait here until their parent is complete, so that they end up side by side.
  var pendingSelections: [Document.Selection] = []
  var pendingValues: [Document.Value] = []
  var pendingObjectFields: [Document.ObjectField] = []

  /// Parses a whole document.
  ///
  /// - Throws: `GRAPHQL_PARSE_FAILED`, or the code of the limit that was passed.
  /// - Complexity: O(bytes).
  public static func parse(
    _ source: Source,
    limits: ParserLimits = ParserLimits()
  ) throws(GraphQLError) -> Document {
    guard source.bytes.count <= limits.maxBytes else {
      throw GraphQLError("Document is larger than \(limits.maxBytes) bytes.", code: .byteLimitExceeded)
    }
    var parser = Parser(source, limits: limits)
    try parser.parseDocument()
    // Swapped and not copied: a copy would count a reference for each of its arrays.
    var document = Document(source: source)
    swap(&document, &parser.document)
    return document
  }

  private init(_ source: Source, limits: ParserLimits) {
    let list = Lexer.tokens(of: source, maxTokens: limits.maxTokens)
    tokens = list.tokens
    lexerError = list.error
    self.limits = limits
    document = Document(source: source)
    document.symbols = list.symbols
    document.reserve(tokens: list.tokens.count)
    pendingSelections.reserveCapacity(16)
  }

  /// Document : Definition+
  private mutating func parseDocument() throws(GraphQLError) {
    repeat {
      try parseDefinition()
    } while current.kind != .endOfFile
  }

  /// Definition : ExecutableDefinition | TypeSystemDefinition | TypeSystemExtension
  private mutating func parseDefinition() throws(GraphQLError) {
    if peek(.braceLeft) { return try parseOperation(description: nil) }
    let hasDescription = peekDescription
    let keyword = hasDescription ? lookahead : current
    if hasDescription, keyword.kind == .braceLeft {
      throw failure("Unexpected description, descriptions are not supported on shorthand queries.", at: current)
    }
    guard keyword.kind == .name else { throw unexpected(keyword) }
    switch text(of: keyword) {
    case "query", "mutation", "subscription": try parseOperation(description: parseDescription())
    case "fragment": try parseFragment(description: parseDescription())
    case "extend" where !hasDescription: try parseTypeSystemExtension()
    default: try parseTypeSystemDefinition(keyword)
    }
  }
}

// MARK: Tokens

extension Parser {
  @inline(__always)
  var current: Token { tokens[position] }

  var lookahead: Token { tokens[min(position + 1, tokens.count - 1)] }

  @inline(__always)
  func peek(_ kind: TokenKind) -> Bool { tokens[position].kind == kind }

  @inline(__always)
  mutating func advance() {
    if position < tokens.count - 1 { position += 1 }
  }

  @inline(__always)
  @discardableResult
  mutating func expect(_ kind: TokenKind) throws(GraphQLError) -> Token {
    let token = tokens[position]
    guard token.kind == kind else { throw expected(kind.text) }
    advance()
    return token
  }

  @inline(__always)
  mutating func skip(_ kind: TokenKind) -> Bool {
    guard tokens[position].kind == kind else { return false }
    advance()
    return true
  }

  func peekKeyword(_ keyword: String) -> Bool {
    peek(.name) && isText(of: current, keyword)
  }

  mutating func expectKeyword(_ keyword: String) throws(GraphQLError) {
    guard peekKeyword(keyword) else { throw expected("\"\(keyword)\"") }
    advance()
  }

  mutating func skipKeyword(_ keyword: String) -> Bool {
    guard peekKeyword(keyword) else { return false }
    advance()
    return true
  }

  @inline(__always)
  mutating func parseName() throws(GraphQLError) -> Name {
    let token = try expect(.name)
    return Name(offset: token.offset, symbol: token.symbol)
  }

  func text(of token: Token) -> String {
    String(decoding: document.source.bytes[Int(token.offset)..<Int(token.end)], as: UTF8.self)
  }

  /// Whether a token is this text; makes no text.
  func isText(of token: Token, _ text: String) -> Bool {
    guard Int(token.end - token.offset) == text.utf8.count else { return false }
    var offset = Int(token.offset)
    for byte in text.utf8 {
      guard document.source.bytes[offset] == byte else { return false }
      offset += 1
    }
    return true
  }

  /// Bounds the recursion of the production that calls it; `leave` must follow.
  @inline(__always)
  mutating func enter() throws(GraphQLError) {
    depth += 1
    if depth > limits.maxDepth { throw tooDeep(limits.maxDepth) }
  }

  @inline(__always)
  mutating func leave() { depth -= 1 }
}

// MARK: Descriptions

extension Parser {
  var peekDescription: Bool { peek(.string) || peek(.blockString) }

  /// Description : StringValue. The index of the value.
  mutating func parseDescription() -> Int? {
    guard peekDescription else { return nil }
    document.values.append(stringValue(current))
    advance()
    return document.values.count - 1
  }

  func stringValue(_ token: Token) -> Document.Value {
    Document.Value(
      kind: .string,
      isBlock: token.kind == .blockString,
      offset: token.offset,
      end: token.end,
      name: .none,
      children: .empty
    )
  }
}

// MARK: Errors

extension Parser {
  func failure(_ message: String, at token: Token) -> GraphQLError {
    // graphql-js reads one token ahead, so what the lexer refuses comes before what the parser refuses.
    if current.kind == .invalid || token.kind == .invalid, let lexerError { return lexerError }
    return Lexer.syntaxError(message, document.source, Int(token.offset))
  }

  func unexpected(_ token: Token) -> GraphQLError {
    failure("Unexpected \(describe(token)).", at: token)
  }

  func expected(_ what: String) -> GraphQLError {
    failure("Expected \(what), found \(describe(current)).", at: current)
  }

  func tooDeep(_ limit: Int) -> GraphQLError {
    GraphQLError(
      "Document nests deeper than \(limit) levels.",
      code: .depthLimitExceeded,
      locations: [document.location(current.offset)]
    )
  }

  /// `Name "foo"`, `"}"`, `<EOF>`.
  private func describe(_ token: Token) -> String {
    switch token.kind {
    case .name, .int, .float: "\(token.kind.text) \"\(Self.shortened(text(of: token)))\""
    case .string, .blockString:
      "\(token.kind.text) \"\(Self.shortened(document.string(of: stringValue(token))))\""
    default: token.kind.text
    }
  }

  /// Keeps client text out of messages beyond a glance.
  private static func shortened(_ text: String) -> String {
    text.utf8.count <= 100 ? text : String(text.unicodeScalars.prefix(100)) + "…"
  }
}

extension Document {
  /// Room for what a request of this many tokens usually needs.
  fileprivate mutating func reserve(tokens: Int) {
    let count = min(tokens, 4096)
    selections.reserveCapacity(count / 2)
    arguments.reserveCapacity(count / 8)
    values.reserveCapacity(count / 8)
  }
}
