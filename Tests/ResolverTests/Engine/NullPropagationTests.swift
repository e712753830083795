import Testing

/// Spec section 6.4.4: a null where none may be takes its nearest nullable parent with it, and is told once.
@Suite struct NullPropagationTests {
  private func execute(_ type: String, _ value: String) async throws -> String {
    let sdl = "type Query { a: A before: Int } type A { f: \(type) b: B g: Int } type B { f: \(type) }"
    let root = #"{"before": 1, "a": {"f": \#(value), "b": {"f": \#(value)}, "g": 2}}"#
    return try await EngineHarness(sdl, root: root)("{ before a { g f } }")
  }

  private static func error(_ path: String) -> String {
    #"[{"message":"Cannot return null for non-nullable field A.f.","locations":[{"line":1,"column":16}],"path":\#(path),"extensions":{"code":"INTERNAL_SERVER_ERROR"}}]"#
  }

  @Test(arguments: [
    ("Int", "null", #"{"before":1,"a":{"g":2,"f":null}}"#, nil),
    ("Int!", "null", #"{"before":1,"a":null}"#, #"["a","f"]"#),
    ("[Int]", "[1,null]", #"{"before":1,"a":{"g":2,"f":[1,null]}}"#, nil),
    ("[Int!]", "[1,null]", #"{"before":1,"a":{"g":2,"f":null}}"#, #"["a","f",1]"#),
    ("[Int]!", "null", #"{"before":1,"a":null}"#, #"["a","f"]"#),
    ("[Int!]!", "[null]", #"{"before":1,"a":null}"#, #"["a","f",0]"#),
    ("[[Int!]]", "[[1],[2,null]]", #"{"before":1,"a":{"g":2,"f":[[1],null]}}"#, #"["a","f",1,1]"#),
    ("[[Int!]!]", "[[1],[2,null]]", #"{"before":1,"a":{"g":2,"f":null}}"#, #"["a","f",1,1]"#),
    ("[[Int!]!]!", "[[1],[2,null]]", #"{"before":1,"a":null}"#, #"["a","f",1,1]"#),
  ])
  func stopsAtTheNearestNullablePosition(type: String, value: String, data: String, path: String?) async throws {
    let errors = path.map { ",\"errors\":\(Self.error($0))" } ?? ""
    #expect(try await execute(type, value) == "{\"data\":\(data)\(errors)}")
  }

  @Test func reachesDataWhenEveryPositionIsNonNull() async throws {
    let harness = try EngineHarness("type Query { a: A! } type A { b: Int! }", root: #"{"a": {"b": null}}"#)
    let response = try await harness("{ a { b } }")
    #expect(response.hasPrefix(#"{"data":null,"errors":[{"message":"Cannot return null for non-nullable field A.b.""#))
  }

  @Test(arguments: [
    ("Int", "2147483648", "Int cannot represent non 32-bit signed integer value: 2147483648"),
    ("Int", "1.5", "Int cannot represent non-integer value: 1.5"),
    ("Float", "1e999", "Float cannot represent non numeric value: 1e999"),
    ("Boolean", "1", "Boolean cannot represent a non boolean value: 1"),
    ("String", "{}", "String cannot represent value: {}"),
    ("[Int]", "1", #"Expected Iterable, but did not find one for field \"A.f\"."#),
  ])
  func aResultThatIsNotOfItsTypeIsAnError(type: String, value: String, message: String) async throws {
    let response = try await execute(type, value)
    #expect(response.hasPrefix(#"{"data":{"before":1,"a":{"g":2,"f":null}},"errors":[{"message":"\#(message)""#))
  }

  @Test(arguments: ["2147483647", "-2147483648", "0", "-0"])
  func intsOf32BitsPass(value: String) async throws {
    #expect(try await execute("Int", value) == #"{"data":{"before":1,"a":{"g":2,"f":\#(value)}}}"#)
  }
}
