import Schema
import Testing

@Suite struct UniqueArgumentNamesTests {
  @Test func rejectsRepeated() throws {
    let errors = try Harness.errors(
      "UniqueArgumentNames",
      "{ dog { name(surname: true, surname: false, surname: true) @skip(if: true, if: false) } }"
    )
    #expect(
      errors == [
        #"There can be only one argument named "surname". @1:14,1:29,1:45"#,
        #"There can be only one argument named "if". @1:66,1:76"#,
      ]
    )
  }
}
