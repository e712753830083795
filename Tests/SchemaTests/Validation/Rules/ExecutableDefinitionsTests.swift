import Schema
import Testing

@Suite struct ExecutableDefinitionsTests {
  @Test func acceptsOperationsAndFragments() throws {
    let errors = try Harness.errors(
      "ExecutableDefinitions",
      "{ dog { ...F } } fragment F on Dog { name }"
    )
    #expect(errors.isEmpty)
  }

  @Test func rejectsTypeSystemDefinitions() throws {
    let errors = try Harness.errors(
      "ExecutableDefinitions",
      "{ dog { name } } type Cow { name: String } extend type Dog { color: String } schema { query: Query }"
        + " directive @x on FIELD"
    )
    #expect(
      errors == [
        #"The "Cow" definition is not executable. @1:18"#,
        #"The "Dog" definition is not executable. @1:44"#,
        "The schema definition is not executable. @1:78",
        #"The "x" definition is not executable. @1:102"#,
      ]
    )
  }
}
