import Schema
import Testing

@Suite struct FieldsOnCorrectTypeTests {
  @Test func acceptsKnownFields() throws {
    let errors = try Harness.errors(
      "FieldsOnCorrectType",
      "{ dog { __typename name ... on Pet { name } } __schema { types { name } } }"
    )
    #expect(errors.isEmpty)
  }

  @Test func suggestsSimilarFields() throws {
    let errors = try Harness.errors(
      "FieldsOnCorrectType",
      "{ dog { barkVolum } }"
    )
    #expect(
      errors == [
        #"Cannot query field "barkVolum" on type "Dog". Did you mean "barkVolume"? @1:9"#
      ]
    )
  }

  @Test func suggestsTypesForAbstractParents() throws {
    let errors = try Harness.errors(
      "FieldsOnCorrectType",
      "{ pet { nickname } catOrDog { name } }"
    )
    #expect(
      errors == [
        #"Cannot query field "nickname" on type "Pet". Did you mean to use an inline fragment on "Cat" or "#
          + #""Dog"? @1:9"#,
        #"Cannot query field "name" on type "CatOrDog". Did you mean to use an inline fragment on "Pet", "#
          + #""Canine", "Cat", or "Dog"? @1:31"#,
      ]
    )
  }

  @Test func ignoresFieldsOfUnknownParents() throws {
    let errors = try Harness.errors(
      "FieldsOnCorrectType",
      "{ nowhere { deeper } ... on Badger { x } }"
    )
    #expect(
      errors == [
        #"Cannot query field "nowhere" on type "Query". @1:3"#
      ]
    )
  }

  @Test func staysSilentWithoutSuggestions() throws {
    let errors = try Harness.errors(
      "FieldsOnCorrectType",
      "{ dog { barkVolum } }",
      options: ValidationOptions(suggests: false)
    )
    #expect(
      errors == [
        #"Cannot query field "barkVolum" on type "Dog". @1:9"#
      ]
    )
  }
}
