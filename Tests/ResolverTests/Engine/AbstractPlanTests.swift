import Resolver
import Testing

/// Plans of selections on interfaces and unions.
@Suite struct AbstractPlanTests {
  /// `count` types that implement one interface, whose child may be any of them again.
  private func harness(_ count: Int, root: String) throws -> EngineHarness {
    let types = (0..<count).map { "type T\($0) implements I { name: String child: I own\($0): Int }" }
    let sdl = "type Query { i: I } interface I { name: String child: I } \(types.joined(separator: " "))"
    return try EngineHarness(sdl, root: root)
  }

  @Test func aHundredImplementorsThreeLevelsDeepShareTheirPlans() async throws {
    let root =
      #"{"i":{"__typename":"T7","child":{"__typename":"T99","child":{"__typename":"T0","name":"x","own0":5}}}}"#
    let harness = try harness(100, root: root)
    let response = try await harness(
      "{ i { child { child { __typename name ... on T0 { own0 } ... on T1 { own1 } } __typename } } }"
    )
    #expect(
      response == #"{"data":{"i":{"child":{"child":{"__typename":"T0","name":"x","own0":5},"__typename":"T99"}}}}"#
    )
    // Three levels of a hundred types, not a hundred times a hundred times a hundred.
    let plan = harness.planStatistics
    #expect(plan.plannings == 1)
    #expect(plan.bytes < 300_000)
  }

  @Test func anAnswerWithTooManyFieldsIsRefusedWithItsPlace() async throws {
    let harness = try harness(250, root: "{}")
    let aliases = (0..<90).map { "a\($0): name" }.joined(separator: " ")
    #expect(
      try await harness("{ i {\n \(aliases) } }")
        == #"{"errors":[{"message":"The answer would have more than 20000 fields; select fewer or split the request.","#
        + #""locations":[{"line":2,"column":2}],"extensions":{"code":"FIELD_LIMIT_EXCEEDED"}}]}"#
    )
  }

  @Test func theWrittenTypeIsTheOneThatTheValueNames() async throws {
    let root = #"{"i":{"__typename":"T1","name":"one","child":{"__typename":"Query"}}}"#
    let response = try await harness(3, root: root)(
      "{ i { ... on T0 { a: name } ... on T1 { b: name } child { name } } }"
    )
    #expect(response.hasPrefix(#"{"data":{"i":{"b":"one","child":null}},"errors":["#))
  }
}
