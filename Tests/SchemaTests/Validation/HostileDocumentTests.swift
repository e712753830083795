import Schema
import Testing

/// Documents made to blow up parsers and validators. Each ends with an answer; a stack overflow or a hang fails the run.
@Suite struct HostileDocumentTests {
  private static func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

  /// Rules that find something, without the limits that would come first.
  private func rules(_ text: String) throws -> Set<String> {
    let document = try Parser.parse(Source(text), limits: .trusted)
    return Set(Validator.validate(document, against: Harness.schema).errors.compactMap(\.rule))
  }

  @Test(
    arguments: zip(
      ["", "", "{ a(b: ", "{ a(b: ", "{ a(b: ", "query ($a: ", "type A { a(b: C = "],
      ["{a", "{...", "[", "{c:", "[{c:", "[", "["]
    )
  )
  func refusesDeepNesting(head: String, unit: String) {
    let text = head + Self.repeated(unit, 100_000)
    let error = #expect(throws: GraphQLError.self) { try Parser.parse(Source(text), limits: .trusted) }
    #expect(error?.code == .depthLimitExceeded)
  }

  @Test func refusesTooManyTokensBeforeParsing() {
    let text = "{" + Self.repeated("a ", 1_000_000) + "}"
    let limits = ParserLimits(maxBytes: 1 << 24)
    let error = #expect(throws: GraphQLError.self) { try Parser.parse(Source(text), limits: limits) }
    #expect(error?.code == .tokenLimitExceeded)
    #expect(error?.message == "Document contains more than 15000 tokens.")
  }

  @Test func refusesTooManyBytes() {
    let error = #expect(throws: GraphQLError.self) { try Parser.parse(Source(Self.repeated(" ", 1 << 21))) }
    #expect(error?.code == .byteLimitExceeded)
  }

  @Test func readsOneLongString() throws {
    let text = "{ complicatedArgs { stringArgField(stringArg: \"\(Self.repeated("x", 1 << 20))\") } }"
    #expect(try rules(text).isEmpty)
  }

  @Test func measuresFragmentsThatMultiply() throws {
    var text = "{ dog { ...F0 } }"
    for level in 0..<30 {
      text += " fragment F\(level) on Dog { mother { ...F\(level + 1) } father { ...F\(level + 1) } }"
    }
    text += " fragment F30 on Dog { name }"
    let document = try Parser.parse(Source(text))
    let result = Validator.validate(document, against: Harness.schema)
    #expect(result.isValid)
    var measurement = QueryMeasurement(document, Harness.schema, result.binding)
    let measure = measurement.measure(operation: 0)
    #expect(measure.depth == 32)
    #expect(measure.fields > 1 << 30)
    let error = #expect(throws: GraphQLError.self) {
      try QueryLimits(maxDepth: 100).check(measure, at: SourceLocation(line: 1, column: 1))
    }
    #expect(error?.code == .fieldLimitExceeded)
  }

  @Test func endsOnLongFragmentCycles() throws {
    let fragments = (0..<5_000).map { "fragment F\($0) on Dog { mother { ...F\(($0 + 1) % 5_000) } }" }
    #expect(try rules("{ dog { ...F0 } } " + fragments.joined(separator: " ")) == ["NoFragmentCycles"])
  }

  @Test func comparesThousandsOfEqualFields() throws {
    #expect(try rules("{ dog { " + Self.repeated("name ", 5_000) + "} }").isEmpty)
    #expect(try rules("{ dog { " + Self.repeated("mother { mother { name } } ", 5_000) + "} }").isEmpty)
  }

  @Test func comparesManyInlineFragments() throws {
    let inner = Self.repeated("... on Dog { mother { name } } ", 100)
    #expect(try rules("{ dog { " + Self.repeated("... on Dog { \(inner) } ", 200) + "} }").isEmpty)
  }

  @Test func refusesOperationsTimesFragments() throws {
    var text = (0..<1_000).map { "query Q\($0) { ...F0 }" }.joined(separator: " ")
    for level in 0..<1_000 { text += " fragment F\(level) on Query { ...F\(level + 1) }" }
    let document = try Parser.parse(Source(text + " fragment F1000 on Query { dog { name } }"))
    let errors = Validator.validate(document, against: Harness.schema).errors
    #expect(errors.map(\.message) == ["Selections overlap in too many ways to be checked."])
    #expect(errors.map(\.code) == [.fieldLimitExceeded])
  }

  @Test func stopsAtFiftyErrors() throws {
    let text = "{ dog { " + (0..<10_000).map { "unknown\($0)" }.joined(separator: " ") + " } }"
    let document = try Parser.parse(Source(text), limits: .trusted)
    #expect(Validator.validate(document, against: Harness.schema).errors.count == 50)
  }

  @Test func takesManyAliasesAndDirectives() throws {
    let aliases = (0..<10_000).map { "a\($0): name" }.joined(separator: " ")
    #expect(try rules("{ dog { \(aliases) } }").isEmpty)
    #expect(try rules("{ dog { name \(Self.repeated("@many(times: 1) ", 10_000)) } }").isEmpty)
  }
}
