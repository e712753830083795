import Schema
import Testing

@Suite struct QueryLimitTests {
  private static let schema = Harness.build(
    """
    directive @cost(weight: String!) on FIELD_DEFINITION
    directive @listSize(assumedSize: Int, slicingArguments: [String!]) on FIELD_DEFINITION
    directive @range(min: Int!, max: Int!) on ARGUMENT_DEFINITION
    type Node { id: ID node: Node nodes: [Node] heavy: Int @cost(weight: "2.5") }
    type Query {
      node: Node
      sized(first: Int = 7 @range(min: 1, max: 40), last: Int): [Node] @listSize(slicingArguments: ["last", "first"])
      assumed: [Node] @listSize(assumedSize: 3)
      unsized: [Node]
    }
    """
  )

  private func measure(
    _ text: String,
    _ variables: [InputObject.Member] = []
  ) throws -> QueryMeasure {
    let document = try Parser.parse(Source(text))
    let result = Validator.validate(document, against: Self.schema)
    #expect(result.errors == [])
    let values = try Self.schema.coerceVariableValues(document, operation: 0, provided: InputObject(variables))
    var measurement = QueryMeasurement(document, Self.schema, result.binding, variables: values)
    return measurement.measure(operation: 0)
  }

  @Test(arguments: [
    ("{ __typename }", 0), ("{ node { id } }", 1), ("{ node { heavy } }", 4), ("{ unsized { id } }", 10),
    ("{ assumed { id } }", 3), ("{ assumed { nodes { id } } }", 33), ("{ sized { id } }", 7),
    ("{ sized(first: 20) { id } }", 20), ("{ sized(last: 2) { id } }", 2),
    ("{ sized(first: 5, last: 2) { node { id } } }", 4),
    ("query ($n: Int! = 4) { sized(first: $n) { id } }", 4), ("query ($n: Int) { sized(first: $n) { id } }", 40),
    ("query ($n: Int) { sized(last: $n) { id } }", 7),
    ("{ assumed { ...f } } fragment f on Node { node { heavy } }", 15),
  ])
  func weighs(text: String, cost: Int) throws {
    #expect(try measure(text).cost == cost)
  }

  @Test func takesListSizesFromVariables() throws {
    #expect(try measure("query ($n: Int) { sized(first: $n) { id } }", [.init(name: "n", value: .int(12))]).cost == 12)
  }

  @Test func countsWhatADocumentHas() throws {
    let measure = try measure(
      """
      query Q($yes: Boolean = true) {
        a: node { ...f ...f } ... @include(if: $yes) { node { id @skip(if: false) } } ...r
      }
      fragment f on Node { b: id node { node { id } } }
      fragment r on Query { c: unsized { id } ...r2 }
      fragment r2 on Query { assumed { id } }
      """
    )
    #expect(measure.depth == 4)
    #expect(measure.aliases == 3)
    #expect(measure.rootFields == 4)
    #expect(measure.directives == 2)
    #expect(measure.fields == 15)
    #expect(measure.cost == 1 + 2 + 2 + 1 + 10 + 3)
  }

  @Test(arguments: [
    (
      QueryLimits(maxDepth: 3), ErrorCode.depthLimitExceeded,
      "The operation nests 4 levels deep; at most 3 are allowed."
    ),
    (QueryLimits(maxAliases: 1), .aliasLimitExceeded, "The operation has 2 aliases; at most 1 are allowed."),
    (
      QueryLimits(maxRootFields: 1), .rootFieldLimitExceeded,
      "The operation selects 2 root fields; at most 1 are allowed."
    ),
    (QueryLimits(maxDirectives: 0), .directiveLimitExceeded, "The operation has 1 directives; at most 0 are allowed."),
    (
      QueryLimits(maxFields: 4), .fieldLimitExceeded,
      "The operation selects 5 fields with its fragments written out; at most 4 are allowed."
    ),
    (QueryLimits(maxCost: 2), .costLimitExceeded, "The operation has a cost of 3; at most 2 are allowed."),
  ])
  func saysWhichLimitIsPassed(limits: QueryLimits, code: ErrorCode, message: String) throws {
    let measure = try measure("{ a: node { node { node { id @skip(if: false) } } } b: __typename }")
    let place = SourceLocation(line: 1, column: 1)
    try QueryLimits().check(measure, at: place)
    let error = #expect(throws: GraphQLError.self) { try limits.check(measure, at: place) }
    #expect(error?.code == code)
    #expect(error?.locations == [place])
    #expect(error?.message == message)
  }

  /// 2³⁰ fields and more cannot be counted out; the limit is named all the same.
  @Test func namesTheLimitWhereTheSumStops() throws {
    var text = "{ node { ...f0 } }"
    for level in 0..<60 {
      text += " fragment f\(level) on Node { a: node { ...f\(level + 1) } b: node { ...f\(level + 1) } }"
    }
    text += " fragment f60 on Node { id }"
    let measure = try measure(text)
    let error = #expect(throws: GraphQLError.self) {
      try QueryLimits(maxDepth: 100, maxAliases: 1_000).check(measure, at: SourceLocation(line: 1, column: 1))
    }
    #expect(
      error?.message
        == "The operation selects more than 2000 fields with its fragments written out; at most 2000 are allowed."
    )
  }
}
