import Schema
import Testing

@Suite struct UniqueFragmentNamesTests {
  @Test func acceptsDifferentNames() throws {
    let errors = try Harness.errors(
      "UniqueFragmentNames",
      "{ dog { ...A ...B } } fragment A on Dog { name } fragment B on Dog { name }"
    )
    #expect(errors.isEmpty)
  }

  @Test func rejectsEqualNames() throws {
    let errors = try Harness.errors(
      "UniqueFragmentNames",
      "{ dog { ...A } } fragment A on Dog { name } fragment A on Dog { barks }"
    )
    #expect(
      errors == [
        #"There can be only one fragment named "A". @1:27,1:54"#
      ]
    )
  }
}
