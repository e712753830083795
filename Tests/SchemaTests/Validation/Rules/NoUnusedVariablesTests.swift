import Schema
import Testing

@Suite struct NoUnusedVariablesTests {
  @Test func acceptsUseInFragmentAndDirective() throws {
    let errors = try Harness.errors(
      "NoUnusedVariables",
      "query A($a: Boolean, $b: Boolean!) { dog { ...F } } fragment F on Dog { name(surname: $a) @skip(if: "
        + "$b) }"
    )
    #expect(errors.isEmpty)
  }

  @Test func rejectsUnused() throws {
    let errors = try Harness.errors(
      "NoUnusedVariables",
      "query A($a: Int, $b: Int) { dog { name } }"
    )
    #expect(
      errors == [
        #"Variable "$a" is never used in operation "A". @1:9"#,
        #"Variable "$b" is never used in operation "A". @1:18"#,
      ]
    )
  }

  @Test func rejectsUnusedInAnonymous() throws {
    let errors = try Harness.errors(
      "NoUnusedVariables",
      "query ($a: Int) { dog { name } }"
    )
    #expect(
      errors == [
        #"Variable "$a" is never used. @1:8"#
      ]
    )
  }
}
