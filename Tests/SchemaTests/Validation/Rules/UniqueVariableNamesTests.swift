import Schema
import Testing

@Suite struct UniqueVariableNamesTests {
  @Test func acceptsSameNameInTwoOperations() throws {
    let errors = try Harness.errors(
      "UniqueVariableNames",
      "query A($x: Int) { dog { name } } query B($x: Int, $y: Int) { dog { name } }"
    )
    #expect(errors.isEmpty)
  }

  @Test func rejectsEqualNames() throws {
    let errors = try Harness.errors(
      "UniqueVariableNames",
      "query A($x: Int, $x: Int, $x: String) { dog { name } }"
    )
    #expect(
      errors == [
        #"There can be only one variable named "$x". @1:10,1:19,1:28"#
      ]
    )
  }
}
