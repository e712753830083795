import Schema
import Testing

/// What the comparison with graphql-core cannot see, or sees only when it runs.
@Suite struct ParserTests {
  private func message(_ text: String, _ limits: ParserLimits = ParserLimits()) -> String? {
    do {
      _ = try Parser.parse(Source(text), limits: limits)
      return nil
    } catch {
      return error.description
    }
  }

  @Test(arguments: [
    ("", "Unexpected <EOF>. (1:1)"),
    ("{", "Expected Name, found <EOF>. (1:2)"),
    ("{ a(b: }", "Unexpected \"}\". (1:8)"),
    ("{ a } }", "Unexpected \"}\". (1:7)"),
    ("{ ...F { a } }", "Expected Name, found \"{\". (1:8)"),
    ("{ ... a: b }", "Expected Name, found \":\". (1:8)"),
    ("{ ... on { a } }", "Expected Name, found \"{\". (1:10)"),
    ("{ ... @a }", "Expected \"{\", found \"}\". (1:10)"),
    ("query ($a: Int = $b) { a }", "Unexpected variable \"$b\" in constant value. (1:18)"),
    ("query ($a: Int = $) { a }", "Unexpected \"$\". (1:18)"),
    ("fragment on on T { a }", "Unexpected Name \"on\". (1:10)"),
    ("fragment F of T { a }", "Expected \"on\", found Name \"of\". (1:12)"),
    ("querry { a }", "Unexpected Name \"querry\". (1:1)"),
    ("\"text\" { a }", "Unexpected description, descriptions are not supported on shorthand queries. (1:1)"),
    (
      "\"text\" extend type T { a: Int }",
      "Unexpected description, only GraphQL definitions support descriptions. (1:1)"
    ),
    ("\"text\" ?", "Unexpected character: \"?\". (1:8)"),
    ("\"text\" 1", "Unexpected Int \"1\". (1:8)"),
    ("extend { a }", "Unexpected \"{\". (1:8)"),
    ("extend query { a }", "Unexpected Name \"query\". (1:8)"),
    ("extend type T", "Unexpected <EOF>. (1:14)"),
    ("enum E { null }", "Name \"null\" is reserved and cannot be used for an enum value. (1:10)"),
    ("directive @d on FEILD", "Unexpected Name \"FEILD\". (1:17)"),
    ("schema { querry: Q }", "Unexpected Name \"querry\". (1:10)"),
    ("{ a(b: \"\(String(repeating: "x", count: 101))\" 1) }", "Expected Name, found Int \"1\". (1:112)"),
  ])
  func saysWhereItCannotGoOn(text: String, expected: String) {
    #expect(message(text) == "Syntax Error: " + expected)
  }

  @Test(arguments: [
    (String(repeating: "{a", count: 11) + String(repeating: "}", count: 11), 21),
    ("{a(b:" + String(repeating: "[", count: 10) + String(repeating: "]", count: 10) + ")}", 15),
    ("{a(b:" + String(repeating: "{c:", count: 10) + "1" + String(repeating: "}", count: 10) + ")}", 33),
  ])
  func countsDepth(text: String, column: Int) {
    #expect(message(text, ParserLimits(maxDepth: 11)) == nil)
    #expect(message(text, ParserLimits(maxDepth: 10)) == "Document nests deeper than 10 levels. (1:\(column))")
  }

  @Test func bytesAreLimited() {
    #expect(message("{a}", ParserLimits(maxBytes: 3)) == nil)
    #expect(message("{a} ", ParserLimits(maxBytes: 3)) == "Document is larger than 3 bytes.")
  }

  /// More names than the first tables have room for; half of them differ only far behind their start.
  @Test func manyNamesAreToldApart() throws {
    let names = (0..<600).map { $0 % 2 == 0 ? "n\($0)" : "aNameWithALongBeginning\($0)" }
    let document = try Parser.parse(
      Source("{" + names.joined(separator: " ") + " " + names.joined(separator: "\n") + "}")
    )
    #expect(document.symbols.count == 600)
    #expect(document.selections.map { document.text(of: $0.name) } == names + names)
    #expect(document.selections.prefix(600).map(\.name.symbol) == document.selections.suffix(600).map(\.name.symbol))
  }

  /// Siblings stand side by side and before their parent, at any size.
  @Test func selectionsAreGroupedByParent() throws {
    let leaves = (0..<100).map { "l\($0)" }
    let inner = "{" + leaves.joined(separator: " ") + "}"
    let text = "{a" + inner + "...on T" + inner + "b{c" + inner + "d}e...F}"
    let document = try Parser.parse(Source(text))
    func names(_ range: NodeRange) -> [String] { range.indices.map { document.text(of: document.selections[$0].name) } }
    let root = document.operations[0].selections
    #expect(names(root) == ["a", "T", "b", "e", "F"])
    let children = root.indices.map { document.selections[$0].selections }
    #expect(children.map(names) == [leaves, leaves, ["c", "d"], [], []])
    #expect(names(document.selections[children[2].indices.lowerBound].selections) == leaves)
    #expect(document.selections.count == 307)
    #expect(document.operations[0].extent.selections.indices == 0..<307)
    let braces = document.selections.filter { $0.hasSelectionSet }.map { Int($0.brace) }
    #expect(braces.allSatisfy { document.source.bytes[$0] == UInt8(ascii: "{") } && Set(braces).count == 4)
  }

  @Test func keywordsAreNoNamesOfTheDocument() throws {
    let document = try Parser.parse(Source("query on { on: query ...on on { fragment } }"))
    #expect(document.symbols.count == 3)
    #expect(document.symbol(of: "on") != nil && document.symbol(of: "mutation") == nil)
  }
}
