import Schema
import Testing

@Suite struct FragmentsOnCompositeTypesTests {
  @Test func acceptsComposites() throws {
    let errors = try Harness.errors(
      "FragmentsOnCompositeTypes",
      "{ dog { ... on Pet { name } ... { name } ... on CatOrDog { __typename } } } fragment F on Dog { name"
        + " }"
    )
    #expect(errors.isEmpty)
  }

  @Test func rejectsLeaves() throws {
    let errors = try Harness.errors(
      "FragmentsOnCompositeTypes",
      "{ dog { ... on Boolean { x } ...F } } fragment F on FurColor { x }"
    )
    #expect(
      errors == [
        #"Fragment cannot condition on non composite type "Boolean". @1:16"#,
        #"Fragment "F" cannot condition on non composite type "FurColor". @1:53"#,
      ]
    )
  }
}
