import Testing

@testable import Schema

/// Tokens by themselves: their kinds and the bytes that they cover, or where the lexer stops and why.
@Suite struct LexerTests {
  private struct Tokens: Equatable {
    var texts: [String] = []
    var error: String?
  }

  /// `name:a`, `bang:!`; the end is left out.
  private func tokens(_ text: String, maxTokens: Int = 1_000) -> Tokens {
    tokens(Array(text.utf8), maxTokens: maxTokens)
  }

  private func tokens(_ bytes: [UInt8], maxTokens: Int = 1_000) -> Tokens {
    let source = Source(bytes: bytes)
    var memory = ParserMemory(size: Lexer.memorySize(of: source))
    var lexer = Lexer(source, maxTokens: maxTokens, in: &memory)
    var found = Tokens()
    while lexer.kind != .endOfFile, lexer.kind != .invalid {
      found.texts.append("\(lexer.kind):" + String(decoding: bytes[lexer.start..<lexer.end], as: UTF8.self))
      lexer.advance()
    }
    found.error = lexer.error?.description
    return found
  }

  @Test(arguments: [
    ("", []),
    (" \t\r\n,\u{FEFF}# a comment, with é and \"", []),
    ("#\n#\r#\r\n{", ["braceLeft:{"]),
    (
      "! $ & ( ) ... : = @ [ ] { | }",
      [
        "bang:!", "dollar:$", "ampersand:&", "parenLeft:(", "parenRight:)", "spread:...", "colon::", "equals:=", "at:@",
        "bracketLeft:[", "bracketRight:]", "braceLeft:{", "pipe:|", "braceRight:}",
      ]
    ),
    ("a,_b\u{FEFF}C9", ["name:a", "name:_b", "name:C9"]),
    ("abcdefg abcdefgh abcdefghi", ["name:abcdefg", "name:abcdefgh", "name:abcdefghi"]),
    ("abcdefghijklmnopqrstuvwxyz_0123456789{", ["name:abcdefghijklmnopqrstuvwxyz_0123456789", "braceLeft:{"]),
    ("a" + String(repeating: " ", count: 7) + "\n" + String(repeating: " ", count: 19) + "b", ["name:a", "name:b"]),
    ("0 -0 9 -120", ["int:0", "int:-0", "int:9", "int:-120"]),
    ("0.5 -1e3 1E+3 12.50e-07", ["float:0.5", "float:-1e3", "float:1E+3", "float:12.50e-07"]),
    ("1[2]", ["int:1", "bracketLeft:[", "int:2", "bracketRight:]"]),
    (
      #""" "a" "é\"\\\/\b\f\n\r\t" "\u00e9\u{1F600}\uD83D\uDE00""#,
      [
        #"string:"""#, #"string:"a""#, #"string:"é\"\\\/\b\f\n\r\t""#, #"string:"\u00e9\u{1F600}\uD83D\uDE00""#,
      ]
    ),
    (
      "\"\"\"\"\"\" \"\"\"a\n\"b\" \\\"\"\" \\u \"\"\"",
      ["blockString:\"\"\"\"\"\"", "blockString:\"\"\"a\n\"b\" \\\"\"\" \\u \"\"\""]
    ),
    ("\"a\u{0}b\"", ["string:\"a\u{0}b\""]),
  ])
  func reads(text: String, expected: [String]) {
    #expect(tokens(text) == Tokens(texts: expected))
  }

  @Test(arguments: [
    ("a .. b", ["name:a"], "Unexpected character: \".\". (1:3)"),
    ("a .", ["name:a"], "Unexpected character: \".\". (1:3)"),
    ("a\n  'b'", ["name:a"], "Unexpected single quote character ('), did you mean to use a double quote (\")? (2:3)"),
    ("é", [], "Unexpected character: U+00E9. (1:1)"),
    ("a\u{1F600}", ["name:a"], "Unexpected character: U+1F600. (1:2)"),
    ("\u{FFFD}", [], "Unexpected character: U+FFFD. (1:1)"),
    ("a\u{0}b", ["name:a"], "Unexpected character: U+0000. (1:2)"),
    ("?", [], "Unexpected character: \"?\". (1:1)"),
    ("01", [], "Invalid number, unexpected digit after 0: \"1\". (1:2)"),
    ("-", [], "Invalid number, expected digit but got: <EOF>. (1:2)"),
    ("1.", [], "Invalid number, expected digit but got: <EOF>. (1:3)"),
    ("1e+", [], "Invalid number, expected digit but got: <EOF>. (1:4)"),
    ("1.2.3", [], "Invalid number, expected digit but got: \".\". (1:4)"),
    ("0xF", [], "Invalid number, expected digit but got: \"x\". (1:2)"),
    ("1_", [], "Invalid number, expected digit but got: \"_\". (1:2)"),
    ("\"", [], "Unterminated string. (1:2)"),
    ("\"a\nb\"", [], "Unterminated string. (1:3)"),
    ("\"\"\"a\"\"", [], "Unterminated string. (1:7)"),
    ("\"\"\"", [], "Unterminated string. (1:4)"),
    ("\"\"\"\\\"\"\"", [], "Unterminated string. (1:8)"),
    ("\"\\", [], "Invalid character escape sequence: \"\\\". (1:2)"),
    ("\"\\x\"", [], "Invalid character escape sequence: \"\\x\". (1:2)"),
    ("\"\\uD83D\"", [], "Invalid Unicode escape sequence: \"\\uD83D\". (1:2)"),
    ("\"\\u{110000}\"", [], "Invalid Unicode escape sequence: \"\\u{110000}\". (1:2)"),
    ("\"\\u{}\"", [], "Invalid Unicode escape sequence: \"\\u{}\". (1:2)"),
  ])
  func stops(text: String, before: [String], message: String) {
    #expect(tokens(text) == Tokens(texts: before, error: "Syntax Error: " + message))
  }

  /// Table 3-7 of Unicode, from both sides, in a comment and at every distance from the end of what is read at once.
  @Test(
    arguments: [
      ([0xC2, 0x80], true), ([0xDF, 0xBF], true), ([0xE0, 0xA0, 0x80], true), ([0xED, 0x9F, 0xBF], true),
      ([0xEE, 0x80, 0x80], true), ([0xF0, 0x90, 0x80, 0x80], true), ([0xF4, 0x8F, 0xBF, 0xBF], true),
      ([0x80], false), ([0xC1, 0x80], false), ([0xC2], false), ([0xC2, 0x7F], false), ([0xE0, 0x9F, 0x80], false),
      ([0xE1, 0x80], false), ([0xED, 0xA0, 0x80], false), ([0xF0, 0x8F, 0x80, 0x80], false),
      ([0xF1, 0x80, 0x80], false),
      ([0xF4, 0x90, 0x80, 0x80], false), ([0xF5, 0x80, 0x80, 0x80], false), ([0xFF], false),
    ] as [([UInt8], Bool)]
  )
  func takesWellFormedUTF8(sequence: [UInt8], isWellFormed: Bool) {
    for before in 0..<40 {
      for after in [0, 1, 40] {
        let bytes =
          [0x23] + [UInt8](repeating: 0x61, count: before) + sequence + [UInt8](repeating: 0x61, count: after)
        let first = String(sequence[0], radix: 16, uppercase: true)
        let message = "Syntax Error: Invalid UTF-8: unexpected byte 0x\(first). (1:\(before + 2))"
        #expect(tokens(bytes) == Tokens(error: isWellFormed ? nil : message))
      }
    }
  }

  @Test func countsTokens() {
    let limit = "Document contains more than 2 tokens."
    #expect(tokens("a b # c", maxTokens: 2) == Tokens(texts: ["name:a", "name:b"]))
    #expect(tokens("a b c", maxTokens: 2) == Tokens(texts: ["name:a", "name:b"], error: limit + " (1:5)"))
    #expect(tokens("a b {", maxTokens: 2) == Tokens(texts: ["name:a", "name:b"], error: limit + " (1:5)"))
    #expect(tokens("a b 1", maxTokens: 2) == Tokens(texts: ["name:a", "name:b"], error: limit + " (1:5)"))
    #expect(tokens("a b \u{EF}", maxTokens: 2) == Tokens(texts: ["name:a", "name:b"], error: limit + " (1:5)"))
  }

  @Test func staysAtTheEndAndAtAnError() {
    for text in ["", "?"] {
      let source = Source(text)
      var memory = ParserMemory(size: Lexer.memorySize(of: source))
      var lexer = Lexer(source, maxTokens: 1, in: &memory)
      let before = (lexer.kind, lexer.start, lexer.end, lexer.error)
      lexer.advance()
      #expect(lexer.kind == before.0 && lexer.start == before.1 && lexer.end == before.2 && lexer.error == before.3)
    }
  }
}
