import Schema
import Testing

@Suite struct KnownFragmentNamesTests {
  @Test func rejectsUnknownFragment() throws {
    let errors = try Harness.errors(
      "KnownFragmentNames",
      "{ dog { ...Nope ... on Dog { ...F } } } fragment F on Dog { ...Missing }"
    )
    #expect(
      errors == [
        #"Unknown fragment "Nope". @1:12"#,
        #"Unknown fragment "Missing". @1:64"#,
      ]
    )
  }
}
