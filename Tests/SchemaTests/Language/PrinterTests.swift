import Schema
import Testing

/// Canonical text of each kind of node.
@Suite struct PrinterTests {
  @Test(arguments: [
    ("query{a}", "{\n  a\n}"),
    ("query Q($a:[Int!]!=[1,2]@d(x:1),$b:T){a}", "query Q($a: [Int!]! = [1, 2] @d(x: 1), $b: T) {\n  a\n}"),
    (
      "mutation M@d{a:b(c:$d,e:{f:[null,true],g:E})@h}",
      "mutation M @d {\n  a: b(c: $d, e: {f: [null, true], g: E}) @h\n}"
    ),
    (
      "subscription{...F@d ...on T{a}...@e{b}}",
      "subscription {\n  ...F @d\n  ... on T {\n    a\n  }\n  ... @e {\n    b\n  }\n}"
    ),
    ("fragment F on T@d{a}", "fragment F on T @d {\n  a\n}"),
    ("{a(s:\"\\u0001\\u007F\\\"\\\\\\n\\u{e9}\")}", "{\n  a(s: \"\\u0001\\u007F\\\"\\\\\\n\u{e9}\")\n}"),
    ("{a(n:-0,f:1.50E+3)}", "{\n  a(n: -0, f: 1.50E+3)\n}"),
    ("\"\"\"x\"\"\"query Q{a}", "\"\"\"x\"\"\"\nquery Q {\n  a\n}"),
    ("\"x\"query Q{a}", "\"x\"\nquery Q {\n  a\n}"),
    ("schema@d{query:Q mutation:M}", "schema @d {\n  query: Q\n  mutation: M\n}"),
    ("extend schema@d", "extend schema @d"),
    ("scalar S@d", "scalar S @d"),
    (
      "type T implements&A&B@d{\"x\"a(b:Int=1@e):[T!]}",
      "type T implements A & B @d {\n  \"x\"\n  a(b: Int = 1 @e): [T!]\n}"
    ),
    ("extend type T{a:Int}", "extend type T {\n  a: Int\n}"),
    ("interface I implements J{a:Int}", "interface I implements J {\n  a: Int\n}"),
    ("union U@d=|A|B", "union U @d = A | B"),
    ("enum E{A@d \"x\"B}", "enum E {\n  A @d\n  \"x\"\n  B\n}"),
    ("input I@oneOf{a:Int=1 b:[I]}", "input I @oneOf {\n  a: Int = 1\n  b: [I]\n}"),
    ("directive@d(a:Int)repeatable on|FIELD|QUERY", "directive @d(a: Int) repeatable on FIELD | QUERY"),
  ])
  func prints(text: String, printed: String) throws {
    #expect(Printer.print(try Parser.parse(Source(text))) == printed)
    #expect(Printer.print(try Parser.parse(Source(printed))) == printed)
  }
}
