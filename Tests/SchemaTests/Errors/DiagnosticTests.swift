import Schema
import Testing

/// Where the caret stands.
@Suite struct DiagnosticTests {
  private func text(_ source: String, line: Int, column: Int) -> String {
    let place = SourceLocation(line: line, column: column)
    return Diagnostic.text("wrong", at: place, in: Source(source, name: "a.graphql"))
  }

  @Test func showsTheLineAndACaretUnderThePlace() {
    #expect(text("{\n  a b\n}", line: 2, column: 5) == "a.graphql:2:5: wrong\n    a b\n      ^")
  }

  @Test func saysOnlyTheMessageWithoutAPlace() {
    #expect(Diagnostic.text("wrong", at: nil, in: Source("{ a }", name: "a.graphql")) == "a.graphql: wrong")
  }

  /// What stands before the place, how many columns that is, and what leads to the caret.
  @Test(arguments: [
    ("é ", 2, "  "),
    ("e\u{301} ", 3, "  "),
    ("日本 ", 3, "     "),
    ("👍🏽 ", 3, "   "),
    ("👨‍👩‍👧 ", 6, "   "),
    ("❤️ ", 3, "   "),
    ("\t\t", 2, "\t\t"),
    ("a\t日", 3, " \t  "),
    ("\u{FEFF}{ ", 3, "  "),
  ])
  func countsScalarsAndAlignsByCells(before: String, columns: Int, indent: String) {
    #expect(before.unicodeScalars.count == columns)
    #expect(
      text(before + "x y", line: 1, column: columns + 1)
        == "a.graphql:1:\(columns + 1): wrong\n  \(before)x y\n  \(indent)^"
    )
  }

  @Test func standsBehindTheLineAtItsEnd() {
    #expect(text("{ a", line: 1, column: 4) == "a.graphql:1:4: wrong\n  { a\n     ^")
    #expect(text("{ a\n", line: 2, column: 1) == "a.graphql:2:1: wrong\n  \n  ^")
  }

  @Test func showsNothingThatATerminalObeys() {
    #expect(
      text("\"\u{1B}[2J\u{202E}\u{2028}\u{9B}\" x", line: 1, column: 11)
        == "a.graphql:1:11: wrong\n  \"\u{FFFD}[2J\u{FFFD}\u{FFFD}\u{FFFD}\" x\n            ^"
    )
  }

  @Test func cutsALongLineAroundThePlace() {
    let line = String(repeating: "é", count: 500)
    let side = String(repeating: "é", count: 80)
    let blanks = String(repeating: " ", count: 81)
    #expect(text(line, line: 1, column: 251) == "a.graphql:1:251: wrong\n  …\(side)\(side)…\n  \(blanks)^")
    #expect(text(line, line: 1, column: 1) == "a.graphql:1:1: wrong\n  \(side)…\n  ^")
    #expect(text(line, line: 1, column: 501) == "a.graphql:1:501: wrong\n  …\(side)\n  \(blanks)^")
  }

  @Test func schemaErrorsShowEachByPlace() throws {
    let source = Source("type Query {\n\ta: Nope\n  b: Gone\n}", name: "s.graphql")
    let error = #expect(throws: SchemaErrors.self) { try SchemaBuilder.build(source) }
    #expect(
      error?.description == """
        s.graphql:2:5: Unknown type "Nope".
          \ta: Nope
          \t   ^
        s.graphql:3:6: Unknown type "Gone".
            b: Gone
               ^
        """
    )
  }
}
