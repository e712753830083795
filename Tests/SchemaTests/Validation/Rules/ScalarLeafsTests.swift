import Schema
import Testing

@Suite struct ScalarLeafsTests {
  @Test func acceptsSelectionsOnComposites() throws {
    let errors = try Harness.errors(
      "ScalarLeafs",
      "{ dog { name } }"
    )
    #expect(errors.isEmpty)
  }

  @Test func rejectsSelectionOnScalar() throws {
    let errors = try Harness.errors(
      "ScalarLeafs",
      "{ dog { barks { sinceWhen } } }"
    )
    #expect(
      errors == [
        #"Field "barks" must not have a selection since type "Boolean" has no subfields. @1:15"#
      ]
    )
  }

  @Test func rejectsMissingSelection() throws {
    let errors = try Harness.errors(
      "ScalarLeafs",
      "{ dog human { relatives } }"
    )
    #expect(
      errors == [
        #"Field "dog" of type "Dog" must have a selection of subfields. Did you mean "dog { ... }"? @1:3"#,
        #"Field "relatives" of type "[Human]!" must have a selection of subfields. Did you mean "relatives"#
          + #" { ... }"? @1:15"#,
      ]
    )
  }
}
