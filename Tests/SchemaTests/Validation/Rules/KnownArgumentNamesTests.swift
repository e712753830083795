import Schema
import Testing

@Suite struct KnownArgumentNamesTests {
  @Test func acceptsKnownArguments() throws {
    let errors = try Harness.errors(
      "KnownArgumentNames",
      "{ dog { name(surname: true) isHouseTrained(atOtherHomes: false) @skip(if: true) } }"
    )
    #expect(errors.isEmpty)
  }

  @Test func rejectsUnknownFieldArgument() throws {
    let errors = try Harness.errors(
      "KnownArgumentNames",
      "{ dog { doesKnowCommand(dogComand: SIT, x: 1) } }"
    )
    #expect(
      errors == [
        #"Unknown argument "dogComand" on field "Dog.doesKnowCommand". Did you mean "dogCommand"? @1:25"#,
        #"Unknown argument "x" on field "Dog.doesKnowCommand". @1:41"#,
      ]
    )
  }

  @Test func rejectsUnknownDirectiveArgument() throws {
    let errors = try Harness.errors(
      "KnownArgumentNames",
      "{ dog { name @skip(iff: true) } }"
    )
    #expect(
      errors == [
        #"Unknown argument "iff" on directive "@skip". Did you mean "if"? @1:20"#
      ]
    )
  }
}
