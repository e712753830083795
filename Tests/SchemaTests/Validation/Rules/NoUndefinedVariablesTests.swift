import Schema
import Testing

@Suite struct NoUndefinedVariablesTests {
  @Test func acceptsVariablesDefinedByEveryOperation() throws {
    let errors = try Harness.errors(
      "NoUndefinedVariables",
      "query A($a: Boolean) { dog { ...F } } fragment F on Dog { name(surname: $a) }"
    )
    #expect(errors.isEmpty)
  }

  @Test func rejectsUndefinedVariable() throws {
    let errors = try Harness.errors(
      "NoUndefinedVariables",
      "query A { dog { name(surname: $a) } }"
    )
    #expect(
      errors == [
        #"Variable "$a" is not defined by operation "A". @1:31,1:1"#
      ]
    )
  }

  @Test func rejectsInAnonymousOperation() throws {
    let errors = try Harness.errors(
      "NoUndefinedVariables",
      "{ dog { name(surname: $a) } }"
    )
    #expect(
      errors == [
        #"Variable "$a" is not defined. @1:23,1:1"#
      ]
    )
  }

  @Test func rejectsThroughFragmentsAndNestedValues() throws {
    let errors = try Harness.errors(
      "NoUndefinedVariables",
      "query A($b: Boolean) { dog { ...F } } query B { dog { ...F } } fragment F on Dog { "
        + "isHouseTrained(atOtherHomes: $b) isAtLocation(x: [{ a: $c }]) }"
    )
    #expect(
      errors == [
        #"Variable "$b" is not defined by operation "B". @1:113,1:39"#,
        #"Variable "$c" is not defined by operation "A". @1:139,1:1"#,
        #"Variable "$c" is not defined by operation "B". @1:139,1:39"#,
      ]
    )
  }
}
