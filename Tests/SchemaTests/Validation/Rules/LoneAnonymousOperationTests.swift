import Schema
import Testing

@Suite struct LoneAnonymousOperationTests {
  @Test func acceptsOneAnonymousOperation() throws {
    let errors = try Harness.errors(
      "LoneAnonymousOperation",
      "{ dog { name } }"
    )
    #expect(errors.isEmpty)
  }

  @Test func rejectsAnonymousBesideOthers() throws {
    let errors = try Harness.errors(
      "LoneAnonymousOperation",
      "{ dog { name } } query B { dog { name } }"
    )
    #expect(
      errors == [
        "This anonymous operation must be the only defined operation. @1:1"
      ]
    )
  }
}
