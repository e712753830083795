import JSON
import Testing

@Suite struct JSONDocumentTests {
  private func parse(_ text: String) throws -> JSONValue {
    try JSONDocument(parsing: Array(text.utf8)).root
  }

  @Test func readsEveryKindOfValue() throws {
    let value = try parse(#" {"a": [1, -2.50, 1e3, true, false, null, "x\n\u00e9\ud83d\ude00"], "b": {"c": {}}} "#)
    let elements = try #require(value["a"]).elements
    #expect(elements.map(\.kind) == [.number, .number, .number, .bool, .bool, .null, .string])
    #expect(elements[0].int == 1)
    #expect(elements[1].number == "-2.50")
    #expect(elements[1].int == nil)
    #expect(elements[2].double == 1000)
    #expect(elements[3].bool == true)
    #expect(elements[4].bool == false)
    #expect(elements[6].string == "x\né😀")
    #expect(value["b"]?["c"]?.members.isEmpty == true)
    #expect(value["missing"] == nil)
    #expect(value.members.map(\.key) == ["a", "b"])
  }

  @Test func keepsTheTextOfAValueAsItStood() throws {
    let value = try parse(#"{"a": {"b" : [ 1,2 ]} , "n": 12345678901234567890.10}"#)
    #expect(String(decoding: try #require(value["a"]).text, as: UTF8.self) == #"{"b" : [ 1,2 ]}"#)
    #expect(value["n"]?.number == "12345678901234567890.10")
  }

  @Test func findsAKeyWithEscapes() throws {
    #expect(try parse(#"{"a\u0062": 1}"#)["ab"]?.int == 1)
  }

  @Test(arguments: [
    ("", "Unexpected end of text: expected a value at line 1, column 1"),
    ("{", "Unexpected end of text: expected a key in double quotes at line 1, column 2"),
    ("[1 2]", "Unexpected `2`: expected `,` or `]` at line 1, column 4"),
    ("{\"a\" 1}", "Unexpected `1`: expected `:` at line 1, column 6"),
    ("{\"a\":1,}", "Unexpected `}`: expected a key in double quotes at line 1, column 8"),
    ("[1,]", "Unexpected `]`: expected a value at line 1, column 4"),
    ("{\n  a: 1}", "Unexpected `a`: expected a key in double quotes at line 2, column 3"),
    ("01", "A number must not begin with 0 at line 1, column 1"),
    ("1.", "Unexpected end of text: expected a digit at line 1, column 3"),
    ("-", "Unexpected end of text: expected a digit at line 1, column 2"),
    ("1e+", "Unexpected end of text: expected a digit at line 1, column 4"),
    ("nul", "Unexpected `n`: expected `true`, `false`, `null` or a value in quotes at line 1, column 1"),
    ("1 1", "Unexpected `1`: expected the end of the text at line 1, column 3"),
    ("\"a", "A string is not closed at line 1, column 1"),
    ("\"a\nb\"", "A control character in a string must be escaped at line 1, column 3"),
    (#""\x""#, "Unknown escape in a string at line 1, column 2"),
    (#""\u12g4""#, "`\\u` must be followed by four hexadecimal digits at line 1, column 2"),
    (#""\ud800""#, "An escaped surrogate must stand in a pair at line 1, column 2"),
    (#""\udc00""#, "An escaped surrogate must stand in a pair at line 1, column 2"),
    (#"{"a":1,"\u0061":2}"#, "Duplicate key at line 1, column 8"),
    ("\u{FEFF}{}", "Unexpected byte 0xEF: expected a value at line 1, column 1"),
  ])
  func saysWhatIsWrongAndWhere(text: String, message: String) {
    let error = #expect(throws: JSONError.self) { _ = try parse(text) }
    #expect(error?.description == message)
  }

  @Test(arguments: [[0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0xFF], [0x80]])
  func rejectsInvalidUTF8(bytes: [UInt8]) {
    let error = #expect(throws: JSONError.self) { _ = try JSONDocument(parsing: [0x22] + bytes + [0x22]) }
    #expect(error?.message == "Invalid UTF-8")
    #expect(error?.offset == 1)
  }

  @Test func everyScalarOfTwoBytesPassesThrough() throws {
    for scalar in 0x80...0x7FF {
      let text = String(Character(try #require(Unicode.Scalar(scalar))))
      #expect(try parse("\"\(text)\"").string == text)
    }
  }

  @Test func boundsTheDepthAndDoesNotRecurse() throws {
    let deep = String(repeating: "[", count: 1_000_000) + String(repeating: "]", count: 1_000_000)
    #expect(try JSONDocument(parsing: Array(deep.utf8), maxDepth: 1_000_000).nodes.count == 1_000_000)
    let error = #expect(throws: JSONError.self) { _ = try parse(deep) }
    #expect(error?.message == "Nested more than 64 levels deep")
  }

  @Test func manyKeysStayLinear() throws {
    let text = "{" + (0..<100_000).map { "\"k\($0)\":\($0)" }.joined(separator: ",") + "}"
    #expect(try parse(text)["k99999"]?.int == 99_999)
  }

  @Test func linksMakeAGraph() throws {
    let document = try JSONDocument(parsing: Array(#"{"name":"T","self":0}"#.utf8)).linking([2: 0])
    #expect(document.root["self"]?["self"]?["name"]?.string == "T")
  }
}
