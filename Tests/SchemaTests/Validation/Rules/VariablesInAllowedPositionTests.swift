import Schema
import Testing

@Suite struct VariablesInAllowedPositionTests {
  @Test func acceptsFittingTypes() throws {
    let errors = try Harness.errors(
      "VariablesInAllowedPosition",
      "query Q($a: Int!, $b: [String!], $c: Int = 1, $d: Int) { complicatedArgs { intArgField(intArg: $a) "
        + "stringListArgField(stringListArg: $b) nonNullIntArgField(nonNullIntArg: $c) "
        + "nonNullFieldWithDefault(arg: $d) } }"
    )
    #expect(errors.isEmpty)
  }

  @Test func rejectsNullableForNonNull() throws {
    let errors = try Harness.errors(
      "VariablesInAllowedPosition",
      "query Q($a: Int, $b: Int = null) { complicatedArgs { nonNullIntArgField(nonNullIntArg: $a) b: "
        + "nonNullIntArgField(nonNullIntArg: $b) } }"
    )
    #expect(
      errors == [
        #"Variable "$a" of type "Int" used in position expecting type "Int!". @1:9,1:88"#,
        #"Variable "$b" of type "Int" used in position expecting type "Int!". @1:18,1:129"#,
      ]
    )
  }

  @Test func rejectsOtherTypesInFragmentsAndLists() throws {
    let errors = try Harness.errors(
      "VariablesInAllowedPosition",
      "query Q($a: String, $b: [Int]) { complicatedArgs { ...F } } fragment F on ComplicatedArgs { "
        + "intArgField(intArg: $a) stringListArgField(stringListArg: [$b]) booleanArgField(booleanArg: $a) "
        + "@skip(if: $a) }"
    )
    #expect(
      errors == [
        #"Variable "$a" of type "String" used in position expecting type "Int". @1:9,1:113"#,
        #"Variable "$a" of type "String" used in position expecting type "Boolean". @1:9,1:185"#,
        #"Variable "$a" of type "String" used in position expecting type "Boolean!". @1:9,1:199"#,
        #"Variable "$b" of type "[Int]" used in position expecting type "String". @1:21,1:152"#,
      ]
    )
  }

  @Test func rejectsNullableVariableInOneOf() throws {
    let errors = try Harness.errors(
      "VariablesInAllowedPosition",
      "query Q($a: String, $b: Int!) { complicatedArgs { oneOfArgField(oneOfArg: { stringField: $a }) b: "
        + "oneOfArgField(oneOfArg: { intField: $b }) } }"
    )
    #expect(
      errors == [
        #"Variable "$a" is of type "String" but must be non-nullable to be used for OneOf Input Object "#
          + #""OneOf". @1:9,1:90"#
      ]
    )
  }
}
