import Schema
import Testing

@Suite struct NoUnusedFragmentsTests {
  @Test func acceptsFragmentsUsedThroughOthers() throws {
    let errors = try Harness.errors(
      "NoUnusedFragments",
      "{ dog { ...A } } fragment A on Dog { ...B } fragment B on Dog { name }"
    )
    #expect(errors.isEmpty)
  }

  @Test func rejectsUnusedFragments() throws {
    let errors = try Harness.errors(
      "NoUnusedFragments",
      "{ dog { name } } fragment A on Dog { ...B } fragment B on Dog { ...A }"
    )
    #expect(
      errors == [
        #"Fragment "A" is never used. @1:18"#,
        #"Fragment "B" is never used. @1:45"#,
      ]
    )
  }
}
