import Schema
import Testing

@Suite struct ProvidedRequiredArgumentsTests {
  @Test func acceptsDefaultsAndGivenArguments() throws {
    let errors = try Harness.errors(
      "ProvidedRequiredArguments",
      "{ complicatedArgs { multipleReqs(req1: 1, req2: 2) nonNullFieldWithDefault } dog @many(times: 1) { "
        + "name } }"
    )
    #expect(errors.isEmpty)
  }

  @Test func rejectsMissing() throws {
    let errors = try Harness.errors(
      "ProvidedRequiredArguments",
      "{ complicatedArgs { multipleReqs(req2: 2) } dog @many { name @include } }"
    )
    #expect(
      errors == [
        #"Field "multipleReqs" argument "req1" of type "Int!" is required, but it was not provided. @1:21"#,
        #"Directive "@many" argument "times" of type "Int!" is required, but it was not provided. @1:49"#,
        #"Directive "@include" argument "if" of type "Boolean!" is required, but it was not provided. @1:62"#,
      ]
    )
  }
}
