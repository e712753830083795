import Schema
import Testing

@Suite struct KnownTypeNamesTests {
  @Test func acceptsKnownTypes() throws {
    let errors = try Harness.errors(
      "KnownTypeNames",
      "query Q($a: [String!]!) { dog { ... on Pet { name(surname: $a) } ...F } } fragment F on Dog { name }"
    )
    #expect(errors.isEmpty)
  }

  @Test func rejectsUnknownTypes() throws {
    let errors = try Harness.errors(
      "KnownTypeNames",
      "query Q($a: JumbledUpLetters) { dog { ... on Badger { name } ...F } } fragment F on Peat { name }"
    )
    #expect(
      errors == [
        #"Unknown type "JumbledUpLetters". @1:13"#,
        #"Unknown type "Badger". @1:46"#,
        #"Unknown type "Peat". Did you mean "Pet" or "Cat"? @1:85"#,
      ]
    )
  }
}
