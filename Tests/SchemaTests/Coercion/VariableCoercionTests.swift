import Schema
import Testing

@Suite struct VariableCoercionTests {
  private static let schema = Harness.build(
    """
    directive @range(min: Int!, max: Int!) on ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION
    input Comparison { gt: Int lt: Int }
    input Where { latencyMs: Comparison tags: [String!] limits: [Int!] @range(min: 1, max: 100) id: ID kind: Kind }
    input OneOf @oneOf { a: Int b: String }
    enum Kind { GOOD BAD }
    scalar UUID
    type Query { find(where: Where, one: OneOf, first: Int! = 10 @range(min: 1, max: 100), id: UUID, needed: Int!): Int }
    """
  )

  private func coerce(_ definitions: String, _ members: [InputObject.Member]) throws -> VariableValues {
    let document = try Parser.parse(Source("query (\(definitions)) { __typename }"))
    return try Self.schema.coerceVariableValues(document, operation: 0, provided: InputObject(members))
  }

  private static func object(_ name: String, _ value: InputValue) -> InputValue {
    .object(InputObject([.init(name: name, value: value)]))
  }

  @Test(arguments: [
    (
      "$where: Where", object("latencyMs", object("gt", .string("5"))),
      "Variable \"$where\" got invalid value \"5\" at \"where.latencyMs.gt\"; Int cannot represent non-integer value: \"5\""
    ),
    (
      "$where: Where", object("latencyMs", object("gt", .int(2_147_483_648))),
      "Variable \"$where\" got invalid value 2147483648 at \"where.latencyMs.gt\"; Int cannot represent non 32-bit signed integer value: 2147483648"
    ),
    (
      "$where: Where", object("tags", .list([.string("a"), .null])),
      "Variable \"$where\" got invalid value null at \"where.tags[1]\"; Expected non-nullable type \"String!\" not to be null."
    ),
    (
      "$where: Where", object("latency", .null),
      "Variable \"$where\" got invalid value {latency: null}; Field \"latency\" is not defined by type \"Where\". Did you mean \"latencyMs\"?"
    ),
    (
      "$where: Where", object("kind", .string("GOOOD")),
      "Variable \"$where\" got invalid value \"GOOOD\" at \"where.kind\"; Value \"GOOOD\" does not exist in \"Kind\" enum. Did you mean the enum value \"GOOD\"?"
    ),
    (
      "$where: Where", object("limits", .list([.int(5), .int(0)])),
      "Variable \"$where\" got invalid value [5, 0] at \"where.limits\"; Field \"limits\" has invalid value 0: it must be between 1 and 100."
    ),
    ("$where: Where!", .null, "Variable \"$where\" of non-null type \"Where!\" must not be null."),
    (
      "$where: OneOf", .object(InputObject()),
      "Variable \"$where\" got invalid value {}; Exactly one key must be specified for OneOf type \"OneOf\"."
    ),
    (
      "$where: OneOf", object("a", .null),
      "Variable \"$where\" got invalid value null at \"where.a\"; Field \"a\" must be non-null."
    ),
    (
      "$where: UUID", .string("x"),
      "Variable \"$where\" got invalid value \"x\"; UUID cannot represent value: \"x\""
    ),
    (
      "$where: Query", .null,
      "Variable \"$where\" expected value of type \"Query\" which cannot be used as an input type."
    ),
  ])
  func saysWhatIsWrongAndWhere(definitions: String, value: InputValue, message: String) throws {
    let errors = #expect(throws: RequestErrors.self) {
      try coerce(definitions, [.init(name: "where", value: value)])
    }
    #expect(errors?.errors.map(\.message) == [message])
    #expect(errors?.errors.first?.code == .badUserInput)
    #expect(errors?.errors.first?.locations == [SourceLocation(line: 1, column: 8)])
  }

  @Test func reportsEachVariable() {
    let errors = #expect(throws: RequestErrors.self) { try coerce("$a: Int!, $b: Int, $c: [Int!]!", []) }
    #expect(
      errors?.errors.map(\.message) == [
        "Variable \"$a\" of required type \"Int!\" was not provided.",
        "Variable \"$c\" of required type \"[Int!]!\" was not provided.",
      ]
    )
  }

  @Test func reportsEachProblemOfAVariableAtItsPlace() throws {
    let wrong = InputValue.object(
      InputObject([
        .init(name: "latencyMs", value: Self.object("gt", .string("5"))),
        .init(name: "tags", value: .list([.int(1), .string("a"), .null, .list([])])),
        .init(name: "limits", value: .list([.int(0), .boolean(true)])),
        .init(name: "kind", value: .int(3)),
        .init(name: "tag", value: .null),
        .init(name: "colour", value: .null),
      ])
    )
    let errors = #expect(throws: RequestErrors.self) {
      try coerce(
        "$where: [Where], $n: Int!, $one: OneOf",
        [
          .init(name: "where", value: .list([wrong, .string("x")])),
          .init(
            name: "one",
            value: .object(InputObject([.init(name: "a", value: .int(1)), .init(name: "b", value: .int(2))]))
          ),
        ]
      )
    }
    let object =
      "{latencyMs: {gt: \"5\"}, tags: [1, \"a\", null, []], limits: [0, true], kind: 3, tag: null, colour: null} "
      + "at \"where[0]\"; "
    let prefix = "Variable \"$where\" got invalid value "
    #expect(
      errors?.errors.map(\.message) == [
        prefix + "\"5\" at \"where[0].latencyMs.gt\"; Int cannot represent non-integer value: \"5\"",
        prefix + "1 at \"where[0].tags[0]\"; String cannot represent a non string value: 1",
        prefix + "null at \"where[0].tags[2]\"; Expected non-nullable type \"String!\" not to be null.",
        prefix + "[] at \"where[0].tags[3]\"; String cannot represent a non string value: []",
        prefix + "true at \"where[0].limits[1]\"; Int cannot represent non-integer value: true",
        prefix + "3 at \"where[0].kind\"; Enum \"Kind\" cannot represent non-string value: 3.",
        prefix + object + "Field \"tag\" is not defined by type \"Where\". Did you mean \"tags\"?",
        prefix + object + "Field \"colour\" is not defined by type \"Where\".",
        prefix + "\"x\" at \"where[1]\"; Expected type \"Where\" to be an object.",
        "Variable \"$n\" of required type \"Int!\" was not provided.",
        "Variable \"$one\" got invalid value 2 at \"one.b\"; String cannot represent a non string value: 2",
        "Variable \"$one\" got invalid value {a: 1, b: 2}; Exactly one key must be specified for OneOf type \"OneOf\".",
      ]
    )
  }

  @Test(arguments: [1, 49, 50, 51, 2_000])
  func reportsTheFirstFiftyProblems(count: Int) throws {
    let wrong = InputValue.list(Array(repeating: .null, count: count))
    let errors = #expect(throws: RequestErrors.self) {
      try coerce("$a: [Int!], $b: Int!, $c: Int!", [.init(name: "a", value: wrong)])
    }
    #expect(errors?.errors.count == min(count + 2, 50))
    let last = count < 49 ? "c" : count < 50 ? "b" : "a"
    #expect(errors?.errors.last?.message.hasPrefix("Variable \"$\(last)\" ") == true)
  }

  @Test func tellsAbsentFromNull() throws {
    let document = try Parser.parse(Source("query ($a: Int = 5, $b: Int = 5, $c: Int, $d: [Int]) { __typename }"))
    let values = try Self.schema.coerceVariableValues(
      document,
      operation: 0,
      provided: InputObject([.init(name: "b", value: .null), .init(name: "d", value: .int(3))])
    )
    let names = document.variableDefinitions.map(\.name)
    #expect(names.map { values[$0] } == [.int(5), .null, nil, .list([.int(3)])])
  }

  @Test(arguments: [
    (
      "{ find(needed: $v) }",
      "Argument \"needed\" of required type \"Int!\" was provided the variable \"$v\" "
        + "which was not provided a runtime value."
    ),
    ("{ find(needed: 1, first: 101) }", "Argument \"first\" has invalid value 101: it must be between 1 and 100."),
    ("{ find(needed: null) }", "Argument \"needed\" of non-null type \"Int!\" must not be null."),
    ("{ find }", "Argument \"needed\" of required type \"Int!\" was not provided."),
    (
      "{ find(needed: 1, where: {kind: UGLY}) }",
      "Argument \"where\" has invalid value {kind: UGLY}. Value UGLY does not exist in \"Kind\" enum."
    ),
    (
      "{ find(needed: \"1\") }",
      "Argument \"needed\" has invalid value \"1\". Int cannot represent non-integer value: \"1\""
    ),
  ])
  func saysWhatIsWrongWithAnArgument(text: String, message: String) throws {
    let document = try Parser.parse(Source("query ($v: Int) " + text))
    let field = Self.schema[try #require(Self.schema.field(at: "Query.find"))]
    let selection = try #require(document.operations[0].selections.indices.first)
    let error = #expect(throws: GraphQLError.self) {
      try Self.schema.coerceArgumentValues(of: field, selection: selection, in: document, variables: .none)
    }
    #expect(error?.message == message)
    #expect(error?.code == .badUserInput)
  }

  @Test(arguments: zip([128, 129], [nil, "Value nests deeper than 128 levels."]))
  func boundsNesting(levels: Int, problem: String?) throws {
    let schema = Harness.build("input A { a: A } type Query { f(a: A): Int }")
    let document = try Parser.parse(Source("query ($a: A) { f(a: $a) }"))
    var value = InputValue.object(InputObject())
    for _ in 0..<levels { value = Self.object("a", value) }
    let given = InputObject([.init(name: "a", value: value)])
    var message: String?
    do {
      _ = try schema.coerceVariableValues(document, operation: 0, provided: given)
    } catch {
      message = error.errors.first?.message
    }
    #expect(message.map { String($0.split(separator: "; ")[1]) } == problem)
  }

  @Test func largeIntegersAreIDs() throws {
    let large = InputValue.number("-92233720368547758080")
    let document = try Parser.parse(Source("query ($a: ID, $b: ID) { a }"))
    let given = InputObject([.init(name: "a", value: large), .init(name: "b", value: .number("1.5"))])
    let errors = #expect(throws: RequestErrors.self) {
      try Self.schema.coerceVariableValues(document, operation: 0, provided: given)
    }
    #expect(
      errors?.errors.map(\.message) == [
        "Variable \"$b\" got invalid value 1.5; ID cannot represent a non-string and non-integer value: 1.5"
      ]
    )
    let values = try Self.schema.coerceVariableValues(
      document,
      operation: 0,
      provided: InputObject([.init(name: "a", value: large)])
    )
    #expect(values[document.variableDefinitions[0].name] == .string("-92233720368547758080"))
  }

  @Test func argumentsAreFoundByNameAndPlace() throws {
    let document = try Parser.parse(Source("{ find(needed: 5, id: null) }"))
    let field = Self.schema[try #require(Self.schema.field(at: "Query.find"))]
    let values = try Self.schema.coerceArgumentValues(of: field, selection: 0, in: document, variables: .none)
    #expect(values.names == ["where", "one", "first", "id", "needed"])
    #expect((0..<5).map { values[$0] } == [nil, nil, .int(10), .null, .int(5)])
    #expect(["where", "first", "id", "nothing"].map { values.isPresent($0) } == [false, true, true, false])
  }

  @Test(arguments: [
    ("{ a }", "B" as String?, "Unknown operation named \"B\"."),
    ("query A { a } query B { a }", nil, "Must provide operation name if query contains multiple operations."),
    ("fragment F on T { a }", nil, "Must provide an operation."),
  ])
  func saysWhichOperationItMisses(text: String, name: String?, message: String) throws {
    let document = try Parser.parse(Source(text))
    let error = #expect(throws: GraphQLError.self) { try document.operation(named: name) }
    #expect(error?.message == message)
    #expect(error?.code == .operationResolutionFailure)
  }
}
