import Schema
import Testing

@Suite struct UniqueOperationNamesTests {
  @Test func acceptsDifferentNames() throws {
    let errors = try Harness.errors(
      "UniqueOperationNames",
      "query A { dog { name } } query B { dog { name } }"
    )
    #expect(errors.isEmpty)
  }

  @Test func rejectsEqualNames() throws {
    let errors = try Harness.errors(
      "UniqueOperationNames",
      #"query A { dog { name } } mutation A { rename(name: "a") { name } }"#
    )
    #expect(
      errors == [
        #"There can be only one operation named "A". @1:7,1:35"#
      ]
    )
  }
}
