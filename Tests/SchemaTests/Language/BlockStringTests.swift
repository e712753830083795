import Schema
import Testing

/// BlockStringValue, section 2.9.4.
@Suite struct BlockStringTests {
  @Test(
    arguments: zip(
      [
        "", "   ", "a", "  a", "\n    a\n      b\n    c\n  ", "  a\n    b\n\n   c", "\ta\r\n\t b\r\t  c",
        "a\n \n\\\"\"\"b",
        "\n\n  a\n \n  ",
      ],
      ["", "", "a", "  a", "a\n  b\nc", "  a\n b\n\nc", "\ta\nb\n c", "a\n \n\"\"\"b", "a"]
    )
  )
  func value(raw: String, expected: String) throws {
    let document = try Parser.parse(Source("{ a(b: \"\"\"\(raw)\"\"\") }"))
    #expect(document.string(of: document.values[0]) == expected)
  }
}
