import Schema
import Testing

/// A shorthand query behind a definition that may go on with a brace.
@Suite struct ShorthandPrintingTests {
  @Test(
    arguments: zip(
      ["enum A query{a}", "extend schema @d query{a}", "enum A{B} {a}", "{a} enum A"],
      [
        "enum A\n\nquery {\n  a\n}", "extend schema @d\n\nquery {\n  a\n}", "enum A {\n  B\n}\n\n{\n  a\n}",
        "{\n  a\n}\n\nenum A",
      ]
    )
  )
  func prints(text: String, printed: String) throws {
    #expect(Printer.print(try Parser.parse(Source(text))) == printed)
  }
}
