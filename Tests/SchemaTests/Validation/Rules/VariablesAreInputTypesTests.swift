import Schema
import Testing

@Suite struct VariablesAreInputTypesTests {
  @Test func acceptsInputTypes() throws {
    let errors = try Harness.errors(
      "VariablesAreInputTypes",
      "query Q($a: String, $b: [ComplexInput!]!, $c: FurColor) { dog { name } }"
    )
    #expect(errors.isEmpty)
  }

  @Test func rejectsOutputTypes() throws {
    let errors = try Harness.errors(
      "VariablesAreInputTypes",
      "query Q($a: Dog, $b: [[CatOrDog!]]!, $c: Pet) { dog { name } }"
    )
    #expect(
      errors == [
        #"Variable "$a" cannot be non-input type "Dog". @1:13"#,
        #"Variable "$b" cannot be non-input type "[[CatOrDog!]]!". @1:22"#,
        #"Variable "$c" cannot be non-input type "Pet". @1:42"#,
      ]
    )
  }
}
