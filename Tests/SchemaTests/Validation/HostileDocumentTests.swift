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

  /// What people and their tools write stays far below the bound of overlapping selections: two thousand fields in panels that
  /// share fragments (3,600 looked at), and sixty components that ask for the same things on four levels (10,800).
  @Test func takesLargeDocumentsThatOverlap() throws {
    let panels = (0..<40).map { panel in
      let fields = (0..<45).map { "f\(panel)x\($0): name" }.joined(separator: " ")
      return "p\(panel): dog { \(fields) ...Family mother { ...Family } father { ...Family } }"
    }
    let family = "fragment Family on Dog { name nickname barks mother { ...Facts } father { ...Facts } }"
    let facts = "fragment Facts on Dog { name nickname barkVolume isHouseTrained doesKnowCommand(dogCommand: SIT) }"
    let board = try Parser.parse(Source("{ \(panels.joined(separator: " ")) } \(family) \(facts)"))
    #expect(board.selections.count > 2_000)
    #expect(Validator.validate(board, against: Harness.schema).isValid)

    var nested = "name nickname barks"
    for _ in 0..<3 { nested = "name nickname barks mother { \(nested) } father { \(nested) }" }
    let components = (0..<60).map { "fragment C\($0) on Dog { c\($0): name \(nested) }" }
    let spreads = (0..<60).map { "...C\($0)" }.joined(separator: " ")
    let page = try Parser.parse(Source("{ dog { \(spreads) } } " + components.joined(separator: " ")))
    #expect(page.selections.count > 3_500)
    #expect(Validator.validate(page, against: Harness.schema).isValid)
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
