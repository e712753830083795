import Schema
import Testing

@Suite struct UniqueDirectivesPerLocationTests {
  @Test func acceptsRepeatable() throws {
    let errors = try Harness.errors(
      "UniqueDirectivesPerLocation",
      "{ dog { name @many(times: 1) @many(times: 2) } }"
    )
    #expect(errors.isEmpty)
  }

  @Test func rejectsRepeated() throws {
    let errors = try Harness.errors(
      "UniqueDirectivesPerLocation",
      "{ dog @onField @onField { name @onField } }"
    )
    #expect(
      errors == [
        #"The directive "@onField" can only be used once at this location. @1:7,1:16"#
      ]
    )
  }
}
