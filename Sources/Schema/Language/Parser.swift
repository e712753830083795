/// Bytes to a document: the grammar of section 2 (executable) and section 3 (type system), by recursive descent with a
/// counted depth. Selection sets, which nest in every request, are read without recursion.
///
/// Each production is a method named after it. Errors are graphql-js's: the first place that cannot continue.
public struct Parser: ~Copyable {
  var lexer: Lexer
  var symbols: SymbolTable
  let limits: ParserLimits
  var depth = 0
  var document: Document

  /// Becomes `document.selections`.
  var selections: PlainStack<Document.Selection>

  // Siblings wait here until their parent is complete, so that they end up side by side.
  var pendingSelections: PlainStack<Document.Selection>
  var pendingValues: [Document.Value] = []
  var pendingObjectFields: [Document.ObjectField] = []

  /// Behind all that lies in it, which goes first.
  private let memory: ParserMemory

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
    return parser.finished()
  }

  private static let firstPending = 64

  private init(_ source: Source, limits: ParserLimits) {
    let firstSelections = 16 + min(source.bytes.count, 1 << 16) / 8
    let selectionsSize = ParserMemory.size(firstSelections + Self.firstPending, of: Document.Selection.self)
    var memory = ParserMemory(size: Lexer.memorySize(of: source) + SymbolTable.memorySize + selectionsSize)
    lexer = Lexer(source, maxTokens: limits.maxTokens, in: &memory)
    symbols = SymbolTable(in: &memory)
    selections = PlainStack(in: &memory, capacity: firstSelections)
    pendingSelections = PlainStack(in: &memory, capacity: Self.firstPending)
    self.memory = memory
    self.limits = limits
    document = Document(source: source)
    document.reserve(bytes: source.bytes.count)
  }

  private consuming func finished() -> Document {
    // Swapped and not copied: a copy would count a reference for each of its arrays.
    var document = Document(source: self.document.source)
    swap(&document, &self.document)
    document.symbols = symbols.symbols
    document.selections = selections.array
    return document
  }

  /// Document : Definition+
  private mutating func parseDocument() throws(GraphQLError) {
    repeat {
      try parseDefinition()
    } while !peek(.endOfFile)
  }

  /// Definition : ExecutableDefinition | TypeSystemDefinition | TypeSystemExtension
  private mutating func parseDefinition() throws(GraphQLError) {
    let start = Start(offset: current.offset, description: parseDescription())
    if peek(.braceLeft) {
      guard let description = start.description else { return try parseOperation(start) }
      throw failure(
        "Unexpected description, descriptions are not supported on shorthand queries.",
        at: Int(document.values[description].offset)
      )
    }
    guard peek(.name) else { throw unexpected(current) }
    if peekKeyword("query") || peekKeyword("mutation") || peekKeyword("subscription") {
      try parseOperation(start)
    } else if peekKeyword("fragment") {
      try parseFragment(start)
    } else if start.description == nil, skipKeyword("extend") {
      try parseTypeSystemExtension(start)
    } else {
      try parseTypeSystemDefinition(start)
    }
  }

  /// How a definition began.
  struct Start {
    /// Of the first token: the description's, or the keyword's.
    let offset: UInt32
    /// Index of the value.
    let description: Int?
  }
}

// MARK: Tokens

extension Parser {
  var current: Token { lexer.token }

  @inline(__always)
  func peek(_ kind: TokenKind) -> Bool { lexer.kind == kind }

  /// Also inlined where it is in the innermost loop.
  @inline(never)
  mutating func advance() { lexer.advance() }

  @discardableResult
  mutating func expect(_ kind: TokenKind) throws(GraphQLError) -> Token {
    let token = current
    guard token.kind == kind else { throw expected(kind.text) }
    advance()
    return token
  }

  @inline(__always)
  mutating func skip(_ kind: TokenKind) -> Bool {
    guard peek(kind) else { return false }
    advance()
    return true
  }

  func peekKeyword(_ keyword: StaticString) -> Bool {
    peek(.name) && isText(lexer.start, lexer.end, keyword)
  }

  mutating func expectKeyword(_ keyword: StaticString) throws(GraphQLError) {
    guard skipKeyword(keyword) else { throw expected("\"\(keyword)\"") }
  }

  mutating func skipKeyword(_ keyword: StaticString) -> Bool {
    guard peekKeyword(keyword) else { return false }
    advance()
    return true
  }

  mutating func parseName() throws(GraphQLError) -> Name {
    guard peek(.name) else { throw expected(TokenKind.name.text) }
    return takeName()
  }

  /// The name that the lexer stands on.
  @inline(__always)
  mutating func takeName() -> Name {
    let name = currentName
    lexer.advance()
    return name
  }

  @inline(__always)
  var currentName: Name {
    mutating get {
      let symbol = symbols.intern(lexer.text, lexer.start, lexer.end, head: lexer.head)
      return Name(offset: UInt32(truncatingIfNeeded: lexer.start), symbol: symbol)
    }
  }

  func text(of token: Token) -> String {
    String(decoding: document.source.bytes[token.start..<token.end], as: UTF8.self)
  }

  /// Whether the bytes of a name are these; makes no text.
  @inline(__always)
  private func isText(_ start: Int, _ end: Int, _ text: StaticString) -> Bool {
    guard end &- start == text.utf8CodeUnitCount else { return false }
    for index in 0..<text.utf8CodeUnitCount {
      guard unsafe lexer.text[start &+ index] == text.utf8Start[index] else { return false }
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
  /// Description : StringValue. The index of the value.
  mutating func parseDescription() -> Int? {
    guard peek(.string) || peek(.blockString) else { return nil }
    document.values.append(stringValue(current))
    advance()
    return document.values.count - 1
  }

  func stringValue(_ token: Token) -> Document.Value {
    Document.Value(
      kind: .string,
      isBlock: token.kind == .blockString,
      offset: token.offset,
      end: UInt32(truncatingIfNeeded: token.end),
      name: .none,
      children: .empty
    )
  }
}

// MARK: Errors

extension Parser {
  func failure(_ message: String, at offset: Int) -> GraphQLError {
    // graphql-js reads one token ahead, so what the lexer refuses comes before what the parser refuses.
    lexer.error ?? Lexer.syntaxError(message, document.source, offset)
  }

  func unexpected(_ token: Token) -> GraphQLError {
    failure("Unexpected \(describe(token)).", at: token.start)
  }

  func expected(_ what: String) -> GraphQLError {
    failure("Expected \(what), found \(describe(current)).", at: lexer.start)
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
  /// Room for what a request of this many bytes usually needs.
  fileprivate mutating func reserve(bytes: Int) {
    let size = min(bytes, 1 << 16)
    arguments.reserveCapacity(2 + size / 64)
    values.reserveCapacity(2 + size / 64)
  }
}
