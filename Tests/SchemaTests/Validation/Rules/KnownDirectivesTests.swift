import Schema
import Testing

@Suite struct KnownDirectivesTests {
  @Test func acceptsKnownPlaces() throws {
    let errors = try Harness.errors(
      "KnownDirectives",
      "query Q @onQuery { dog @onField { name @skip(if: true) } }"
    )
    #expect(errors.isEmpty)
  }

  @Test func rejectsUnknownDirective() throws {
    let errors = try Harness.errors(
      "KnownDirectives",
      "{ dog @unknown { name } }"
    )
    #expect(
      errors == [
        #"Unknown directive "@unknown". @1:7"#
      ]
    )
  }

  @Test func rejectsMisplacedDirectives() throws {
    let errors = try Harness.errors(
      "KnownDirectives",
      "query Q($a: Int @onField) @onField { dog @onQuery { ...F @onField ... @onField { name } } } fragment"
        + #" F on Dog @onField { name } mutation M @onField { rename(name: "") { name } } subscription S "#
        + "@onField { newDog { name } }"
    )
    #expect(
      errors == [
        #"Directive "@onField" may not be used on VARIABLE_DEFINITION. @1:17"#,
        #"Directive "@onField" may not be used on QUERY. @1:27"#,
        #"Directive "@onQuery" may not be used on FIELD. @1:42"#,
        #"Directive "@onField" may not be used on FRAGMENT_SPREAD. @1:58"#,
        #"Directive "@onField" may not be used on INLINE_FRAGMENT. @1:71"#,
        #"Directive "@onField" may not be used on FRAGMENT_DEFINITION. @1:111"#,
        #"Directive "@onField" may not be used on MUTATION. @1:140"#,
        #"Directive "@onField" may not be used on SUBSCRIPTION. @1:194"#,
      ]
    )
  }
}
