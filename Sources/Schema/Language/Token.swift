/// What a token is. Specification, section 2.1.7.
enum TokenKind: UInt8, Sendable, BitwiseCopyable {
  // Punctuators of one byte come first; `isPunctuator` counts on it.
  case bang
  case dollar
  case ampersand
  case parenLeft
  case parenRight
  case colon
  case equals
  case at
  case bracketLeft
  case bracketRight
  case braceLeft
  case pipe
  case braceRight
  case spread
  case name
  case int
  case float
  case string
  case blockString
  case endOfFile
  /// Where the lexer had to stop; `Lexer.error` says why.
  case invalid
  // What is ignored, and never a token: comes last; `isIgnored` counts on it.
  case blank
  case lineEnd
  /// Or a byte order mark.
  case comment

  /// One byte is all of it.
  @inline(__always)
  var isPunctuator: Bool { rawValue <= TokenKind.braceRight.rawValue }

  /// It lies between tokens.
  @inline(__always)
  var isIgnored: Bool { rawValue >= TokenKind.blank.rawValue }

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
    case .blank, .lineEnd, .comment: "Ignored"
    }
  }
}

extension TokenKind {
  /// What begins with a byte. `...`, and what only looks like white space or an end, is for the lexer to tell.
  fileprivate init(startingWith byte: UInt8) {
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
      case 0x2E: .spread
      case 0x41...0x5A, 0x5F, 0x61...0x7A: .name
      case 0x2D, 0x30...0x39: .int
      case 0x22: .string
      case 0x00: .endOfFile
      case 0x20, 0x09, 0x2C: .blank
      case 0x0A, 0x0D: .lineEnd
      case 0x23, 0xEF: .comment
      default: .invalid
      }
  }
}

/// What begins with each byte, as a table: read for every token.
@safe struct TokenKindTable {
  private let kinds: UnsafePointer<TokenKind>

  /// Made once, never changed and never freed.
  nonisolated(unsafe) private static let shared: UnsafePointer<TokenKind> = {
    let kinds = UnsafeMutablePointer<TokenKind>.allocate(capacity: 256)
    for byte in 0..<256 { unsafe (kinds + byte).initialize(to: TokenKind(startingWith: UInt8(byte))) }
    return unsafe UnsafePointer(kinds)
  }()

  init() { unsafe kinds = Self.shared }

  @inline(__always)
  subscript(byte: UInt8) -> TokenKind { unsafe kinds[Int(byte)] }
}

/// A kind and the bytes it covers; no text.
struct Token: Sendable {
  let kind: TokenKind
  let start: Int
  let end: Int

  var offset: UInt32 { UInt32(truncatingIfNeeded: start) }
}
