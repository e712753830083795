import Schema
import Testing

/// The rules of type systems (section 3), each with its place and message.
@Suite struct SchemaErrorTests {
  private static let query = "type Query { a: Int }"

  private func errors(_ sdl: String) -> [String] {
    do {
      _ = try SchemaBuilder.build(Source(sdl, name: "s.graphql"))
      return []
    } catch {
      return error.errors.map(\.description)
    }
  }

  @Test(arguments: [
    ("type T { a: Int }", ["Query root type must be provided."]),
    ("schema { query: Q } interface Q { a: Int }", ["Query root type must be Object type, it cannot be Q. (1:31)"]),
    (
      query + " schema { query: Query mutation: Query }",
      ["All root types must be different, \"Query\" type is used as query and mutation root types. (1:6)"]
    ),
    (
      "schema { query: Query mutation: M } input M { a: Int } " + query,
      ["Mutation root type must be Object type if provided, it cannot be M. (1:43)"]
    ),
    (
      query + " interface I { a: Int } type T implements I { a: Int @deprecated }",
      [
        "Interface field I.a is not deprecated, so implementation field T.a must not be deprecated. (1:37)"
      ]
    ),
    (
      query
        + " directive @range(min: Int!, max: Int!) on ARGUMENT_DEFINITION type T { a(b: Int = 9 @range(min: 1, max: 5)): Int }",
      ["Default value 9 of \"b\" is invalid: It must be between 1 and 5. (1:105)"]
    ),
    (
      query + " input I { a: Int } directive @d(i: I) on OBJECT type T @d(i: {a: 1, a: 2}) { a: Int }",
      ["There can be only one input field named \"a\". (1:85)"]
    ),
    (query + " union U", ["Union type U must define one or more member types. (1:29)"]),
    (
      query + " input I { a: I! }",
      [
        "Cannot reference Input Object \"I\" within itself through a series of non-null fields: \"a\". (1:33)"
      ]
    ),
    (
      query + " input I { a: J! } input J { b: [I!]! c: I! }",
      [
        "Cannot reference Input Object \"I\" within itself through a series of non-null fields: \"a.c\". (1:33)"
      ]
    ),
    (
      query + " input I @oneOf { a: Int = 3 b: Int! }",
      [
        "OneOf input field I.a cannot have a default value. (1:40)", "OneOf input field I.b must be nullable. (1:51)",
      ]
    ),
    (query + " type T { a(b: Int! @deprecated): Int }", ["Required argument T.a(b:) cannot be deprecated. (1:34)"]),
    (query + " input I { a: Int! @deprecated }", ["Required input field I.a cannot be deprecated. (1:33)"]),
    (
      query + " directive @d(a: Int @d(a: 1)) on ARGUMENT_DEFINITION",
      [
        "Directive \"@d\" must not reference itself. (1:43)"
      ]
    ),
    (query + " directive @d on FIELD directive @d on FIELD", ["There can be only one directive named \"@d\". (1:34)"]),
    (
      query + " directive @d(size: Int) on OBJECT type T @d(siz: 1) { a: Int }",
      [
        "Unknown argument \"siz\" on directive \"@d\". Did you mean \"size\"? (1:67)"
      ]
    ),
    (
      query + " directive @d(a: Int) on OBJECT type T @d(a: 1, a: 2) { a: Int }",
      [
        "There can be only one argument named \"a\". (1:64)"
      ]
    ),
    (query + " query { a }", ["An operation is not part of a type system. (1:23)"]),
    (query + " fragment F on Query { a }", ["A fragment is not part of a type system. (1:23)"]),
    (
      query + " type T implements T { a: Int }",
      ["Type T must only implement Interface types, it cannot implement T. (1:28)"]
    ),
    (
      query + " interface I implements I { a: Int }",
      [
        "Type I cannot implement itself because it would create a circular reference. (1:33)"
      ]
    ),
    (
      query + " interface I { a: Int } interface J implements I { a: Int } type T implements J { a: Int }",
      [
        "Type T must implement I because it is implemented by J. (1:56)"
      ]
    ),
    (
      query + " interface I { a(b: Int): Int! } type T implements I { a(b: ID, c: Int!): Int }",
      [
        "Interface field I.a expects type Int! but T.a is type Int. (1:37)",
        "Interface field argument I.a(b:) expects type Int but T.a(b:) is type ID. (1:39)",
        "Object field T.a includes required argument c that is missing from the Interface field I.a. (1:86)",
      ]
    ),
    (
      query + " interface I { a(b: Int): Int c: Int } type T implements I { a: Int }",
      [
        "Interface field I.c expected but T does not provide it. (1:52)",
        "Interface field argument I.a(b:) expected but T.a does not provide it. (1:39)",
      ]
    ),
  ])
  func saysWhatIsWrongAndWhere(sdl: String, messages: [String]) {
    #expect(Set(errors(sdl)) == Set(messages))
  }

  @Test func showsEveryErrorWithItsLineAndACaret() {
    let sdl = "type Query {\n\té: Missing\n  b: Other\n}"
    let error = #expect(throws: SchemaErrors.self) {
      try SchemaBuilder.build(Source("type Query {\n\ta: Missing\n  b: Other\n}", name: "schema.graphql"))
    }
    #expect(
      error?.description == """
        schema.graphql:2:5: Unknown type "Missing".
          \ta: Missing
          \t   ^
        schema.graphql:3:6: Unknown type "Other".
            b: Other
               ^
        """
    )
    #expect(errors(sdl) == ["Syntax Error: Unexpected character: U+00E9. (2:2)"])
  }

  @Test(arguments: [100, 101, 250])
  func saysHowManyErrorsItLeavesOut(count: Int) {
    let wrong = (0..<count).map { "union U\($0)" }.joined(separator: "\n")
    let errors = #expect(throws: SchemaErrors.self) {
      try SchemaBuilder.build(Source(Self.query + "\n" + wrong, name: "s.graphql"))
    }
    #expect(errors?.errors.count == 100)
    let last = errors?.description.split(separator: "\n").last
    #expect(last == (count == 100 ? "        ^" : count == 101 ? "… and 1 more error" : "… and 150 more errors"))
  }

  @Test func saysHowManyUnknownTypesItLeavesOut() {
    let fields = (0..<150).map { "f\($0): Nothing" }.joined(separator: " ")
    let errors = #expect(throws: SchemaErrors.self) { try SchemaBuilder.build(Source("type Query { \(fields) }")) }
    #expect(errors?.errors.count == 100)
    #expect(errors?.omitted == 50)
  }

  @Test func defaultsNestWithinBounds() {
    // Each default holds the one before twice.
    let inputs = (1...20).map { "input I\($0) { a: I\($0 - 1) = {} b: I\($0 - 1) = {} }" }.joined(separator: " ")
    #expect(
      errors("input I0 { a: Int = 1 } " + inputs + " " + Self.query) == [
        "Default values of input fields nest too deeply."
      ]
    )
  }
}
