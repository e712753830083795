import Testing

/// Spec section 6: what is selected is what is answered, in the order it was asked for.
@Suite struct ExecutionTests {
  private static let sdl = """
    type Query { a: Int b: String node: Node nodes: [Node!]! matrix: [[Int]] pet: Pet any: Any on: Boolean id: ID }
    type Mutation { a: Int }
    type Node { name: String! size(unit: Unit = KB): Float child: Node next: Node! tags: [String!] }
    enum Unit { B KB }
    interface Pet { name: String }
    type Cat implements Pet { name: String lives: Int }
    type Dog implements Pet { name: String barks: Boolean }
    union Any = Cat | Node
    """
  private static let root = #"""
    {"a": 1, "b": "x\"y", "on": true, "id": "7",
     "node": {"name": "n", "size": 1.50, "child": {"name": "c", "child": null}, "tags": ["p", "q"]},
     "nodes": [{"name": "one"}, {"name": "two"}], "matrix": [[1, null], [], null],
     "pet": {"__typename": "Dog", "name": "Rex", "barks": true}, "any": {"__typename": "Cat", "lives": 9}}
    """#

  private func execute(_ query: String, variables: String? = nil, operation: String? = nil) async throws -> String {
    try await EngineHarness(Self.sdl, root: Self.root)(query, variables: variables, operation: operation)
  }

  @Test(arguments: [
    ("{ b a }", #"{"data":{"b":"x\"y","a":1}}"#),
    ("{ x: a y: a a }", #"{"data":{"x":1,"y":1,"a":1}}"#),
    ("{ __typename node { __typename } }", #"{"data":{"__typename":"Query","node":{"__typename":"Node"}}}"#),
    ("{ node { name } node { size name } }", #"{"data":{"node":{"name":"n","size":1.50}}}"#),
    (
      "{ node { ...F ... on Node { size } } } fragment F on Node { name }",
      #"{"data":{"node":{"name":"n","size":1.50}}}"#
    ),
    ("{ nodes { name } }", #"{"data":{"nodes":[{"name":"one"},{"name":"two"}]}}"#),
    ("{ matrix on id }", #"{"data":{"matrix":[[1,null],[],null],"on":true,"id":"7"}}"#),
    ("{ node { child { child { name } } tags } }", #"{"data":{"node":{"child":{"child":null},"tags":["p","q"]}}}"#),
    (
      "{ pet { name ... on Dog { barks } ... on Cat { lives } } }",
      #"{"data":{"pet":{"name":"Rex","barks":true}}}"#
    ),
    (
      "{ any { __typename ... on Pet { name } ... on Cat { lives } } }",
      #"{"data":{"any":{"__typename":"Cat","name":null,"lives":9}}}"#
    ),
  ])
  func answersSelections(query: String, response: String) async throws {
    #expect(try await execute(query) == response)
  }

  @Test(arguments: [
    (#"{"x": true}"#, #"{"data":{"b":"x\"y","a":1}}"#),
    (#"{"x": false}"#, #"{"data":{"a":1,"b":"x\"y"}}"#),
  ])
  func orderFollowsTheFirstIncludedOccurrence(variables: String, response: String) async throws {
    let query = "query ($x: Boolean!) { b @include(if: $x) a b }"
    #expect(try await execute(query, variables: variables) == response)
  }

  @Test func conditionsOfMergedFieldsBelongToTheirOccurrence() async throws {
    let query = "query ($x: Boolean!) { node @include(if: $x) { name } node @skip(if: $x) { size } }"
    #expect(try await execute(query, variables: #"{"x":true}"#) == #"{"data":{"node":{"name":"n"}}}"#)
    #expect(try await execute(query, variables: #"{"x":false}"#) == #"{"data":{"node":{"size":1.50}}}"#)
  }

  @Test func choosesTheOperationByName() async throws {
    let query = "query A { a } query B { b }"
    #expect(try await execute(query, operation: "B") == #"{"data":{"b":"x\"y"}}"#)
    #expect(try await execute(query, operation: "C").contains(#"Unknown operation named \"C\"."#))
  }

  @Test func mutationsRunOnTheirRootType() async throws {
    #expect(try await execute("mutation { a }") == #"{"data":{"a":1}}"#)
  }

  @Test func anArgumentThatCannotBeCoercedFailsItsFieldOnly() async throws {
    let sdl = "type Query { a(x: Int! = 1): Int b: Int }"
    let harness = try EngineHarness(sdl, root: #"{"a": 1, "b": 2}"#)
    let response = try await harness("query ($x: Int = 3) { a(x: $x) b }", variables: #"{"x": null}"#)
    #expect(response.hasPrefix(#"{"data":{"a":null,"b":2},"errors":[{"message":"#))
    #expect(response.contains(#""path":["a"]"#))
  }
}
