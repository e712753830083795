import Schema
import Testing

@Suite struct PossibleFragmentSpreadsTests {
  @Test func acceptsOverlappingTypes() throws {
    let errors = try Harness.errors(
      "PossibleFragmentSpreads",
      "{ dog { ... on Pet { name } ... on CatOrDog { __typename } } pet { ... on Dog { name } } catOrDog { "
        + "... on Canine { name } } }"
    )
    #expect(errors.isEmpty)
  }

  @Test func rejectsImpossibleInlineFragment() throws {
    let errors = try Harness.errors(
      "PossibleFragmentSpreads",
      "{ dog { ... on Cat { name } } }"
    )
    #expect(
      errors == [
        #"Fragment cannot be spread here as objects of type "Dog" can never be of type "Cat". @1:9"#
      ]
    )
  }

  @Test func rejectsImpossibleSpread() throws {
    let errors = try Harness.errors(
      "PossibleFragmentSpreads",
      "{ human { ...F } cat { ... on Canine { name } } } fragment F on Pet { name }"
    )
    #expect(
      errors == [
        #"Fragment "F" cannot be spread here as objects of type "Human" can never be of type "Pet". @1:11"#,
        #"Fragment cannot be spread here as objects of type "Cat" can never be of type "Canine". @1:24"#,
      ]
    )
  }
}
