import Testing

/// Spec section 4, answered from the same plan as any field.
@Suite struct IntrospectionTests {
  private static let sdl = """
    "The root."
    type Query { a(x: [Int!]! = [1], old: Int @deprecated): A @deprecated(reason: "no more") b: E u: U }
    type A implements I { id: ID! }
    interface I { id: ID! }
    union U = A
    enum E { ONE TWO @deprecated }
    input In @oneOf { a: Int b: String }
    scalar Url @specifiedBy(url: "https://example.com")
    directive @d(in: In) repeatable on FIELD | QUERY
    """

  private func execute(_ query: String, variables: String? = nil) async throws -> String {
    try await EngineHarness(Self.sdl, root: "{}")(query, variables: variables)
  }

  @Test(arguments: [
    (
      #"{ __type(name: "Query") { kind name description fields { name } } }"#,
      #"{"__type":{"kind":"OBJECT","name":"Query","description":"The root.","fields":[{"name":"b"},{"name":"u"}]}}"#
    ),
    (
      #"{ __type(name: "Query") { fields(includeDeprecated: true) { name isDeprecated deprecationReason } } }"#,
      #"{"__type":{"fields":[{"name":"a","isDeprecated":true,"deprecationReason":"no more"},{"name":"b","isDeprecated":false,"deprecationReason":null},{"name":"u","isDeprecated":false,"deprecationReason":null}]}}"#
    ),
    (
      #"{ __type(name: "Query") { fields(includeDeprecated: true) { args { name defaultValue type { kind ofType { kind ofType { kind ofType { name ofType { name } } } } } } } } }"#,
      #"{"__type":{"fields":[{"args":[{"name":"x","defaultValue":"[1]","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"Int","ofType":null}}}}}]},{"args":[]},{"args":[]}]}}"#
    ),
    (
      #"{ __type(name: "I") { possibleTypes { name interfaces { name } } enumValues { name } } }"#,
      #"{"__type":{"possibleTypes":[{"name":"A","interfaces":[{"name":"I"}]}],"enumValues":null}}"#
    ),
    (
      #"{ __type(name: "E") { enumValues { name } all: enumValues(includeDeprecated: true) { name } } }"#,
      #"{"__type":{"enumValues":[{"name":"ONE"}],"all":[{"name":"ONE"},{"name":"TWO"}]}}"#
    ),
    (
      #"{ __type(name: "In") { isOneOf inputFields { name } } }"#,
      #"{"__type":{"isOneOf":true,"inputFields":[{"name":"a"},{"name":"b"}]}}"#
    ),
    (
      #"{ __type(name: "Url") { specifiedByURL isOneOf } }"#,
      #"{"__type":{"specifiedByURL":"https://example.com","isOneOf":null}}"#
    ),
    (#"{ __type(name: "Nope") { name } }"#, #"{"__type":null}"#),
    (
      "{ __schema { queryType { name } mutationType { name } __typename } }",
      #"{"__schema":{"queryType":{"name":"Query"},"mutationType":null,"__typename":"__Schema"}}"#
    ),
  ])
  func describesTheSchema(query: String, data: String) async throws {
    #expect(try await execute(query) == #"{"data":\#(data)}"#)
  }

  @Test func includeDeprecatedMayBeAVariable() async throws {
    let query = #"query ($d: Boolean) { __type(name: "E") { enumValues(includeDeprecated: $d) { name } } }"#
    #expect(try await execute(query, variables: #"{"d":true}"#).contains("TWO"))
    #expect(try await !execute(query, variables: #"{"d":false}"#).contains("TWO"))
  }

  @Test func listsDirectivesWithTheirLocations() async throws {
    let response = try await execute("{ __schema { directives { name isRepeatable locations args { name } } } }")
    #expect(
      response.contains(#"{"name":"d","isRepeatable":true,"locations":["FIELD","QUERY"],"args":[{"name":"in"}]}"#)
    )
    #expect(response.contains(#"{"name":"skip","isRepeatable":false,"#))
  }

  @Test func typesRefersToEveryTypeOnce() async throws {
    let response = try await execute("{ __schema { types { name } } }")
    for name in ["Query", "A", "I", "U", "E", "In", "Url", "Int", "String", "__Schema", "__TypeKind"] {
      #expect(response.split(separator: #"{"name":"\#(name)"}"#, omittingEmptySubsequences: false).count == 2)
    }
  }
}
