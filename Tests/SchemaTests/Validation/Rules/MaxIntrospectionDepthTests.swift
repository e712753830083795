import Schema
import Testing

@Suite struct MaxIntrospectionDepthTests {
  @Test func acceptsTwoLists() throws {
    let errors = try Harness.errors(
      "MaxIntrospectionDepth",
      "{ __schema { types { fields { type { interfaces { name } } } } } }"
    )
    #expect(errors.isEmpty)
  }

  @Test func rejectsThreeListsThroughFragments() throws {
    let errors = try Harness.errors(
      "MaxIntrospectionDepth",
      #"{ __type(name: "Dog") { ...F } } fragment F on __Type { fields { type { ...G } } } fragment G on "#
        + "__Type { fields { type { possibleTypes { name } } } }"
    )
    #expect(
      errors == [
        "Maximum introspection depth exceeded @1:3"
      ]
    )
  }
}
