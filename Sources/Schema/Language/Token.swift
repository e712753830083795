/// What a token is. Specification, section 2.1.7.
enum TokenKind: UInt8, Sendable {
  /// Where the lexer had to stop; `TokenList.error` says why.
  case invalid
  case endOfFile
  case bang
  case dollar
  case ampersand
  case parenLeft
  case parenRight
  case spread
  case colon
  case equals
  case at
  case bracketLeft
  case bracketRight
  case braceLeft
  case pipe
  case braceRight
  case name
  case int
  case float
  case string
  case blockString

  /// The punctuator that a byte is, or `invalid`. `...` is the only one of several bytes.
  @inline(__always)
  init(punctuator byte: UInt8) {
    self =
      switch byte {
      case 0x21: .bang
      case 0x24: .dollar
      case 0x26: .ampersand
      case 0x28: .parenLeft
      case 0x29: .parenRight
      case 0x3A: .colon
      case 0x3D: .equals
      case 0x40: .at
      case 0x5B: .bracketLeft
      case 0x5D: .bracketRight
      case 0x7B: .braceLeft
      case 0x7C: .pipe
      case 0x7D: .braceRight
      default: .invalid
      }
  }

  /// Whether it ends the list of tokens.
  @inline(__always)
  var isLast: Bool { self == .endOfFile || self == .invalid }

  /// As error messages call it.
  var text: String {
    switch self {
    case .invalid: "<invalid>"
    case .endOfFile: "<EOF>"
    case .bang: "\"!\""
    case .dollar: "\"$\""
    case .ampersand: "\"&\""
    case .parenLeft: "\"(\""
    case .parenRight: "\")\""
    case .spread: "\"...\""
    case .colon: "\":\""
    case .equals: "\"=\""
    case .at: "\"@\""
    case .bracketLeft: "\"[\""
    case .bracketRight: "\"]\""
    case .braceLeft: "\"{\""
    case .pipe: "\"|\""
    case .braceRight: "\"}\""
    case .name: "Name"
    case .int: "Int"
    case .float: "Float"
    case .string: "String"
    case .blockString: "BlockString"
    }
  }
}

/// A kind and the bytes it covers. Sixteen bytes, no text.
struct Token: Sendable {
  let kind: TokenKind
  let offset: UInt32
  let end: UInt32
  /// The interned name, or `UInt32.max`.
  let symbol: UInt32
}

/// The tokens of a source, ended by `endOfFile` or, after an error, by `invalid`.
struct TokenList: Sendable {
  var tokens: [Token]
  var symbols: [Symbol]
  var error: GraphQLError?
}
