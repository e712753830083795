import Database
import JSON
import Resolver
import Schema
import Testing

/// Cache policies that the engine could not keep stop the start.
@Suite struct CachePolicyTests {
  @Test func aPolicyOfAMemberIsRefusedAtStart() throws {
    expect(
      "b: Int @cached(ttl: 60, key: \"b:{workspace_id}\")",
      [
        "@cached on A.b: the field is a member of its parent's value and cached with it"
      ]
    )
  }

  @Test func theKeyOfAFieldBelowTheRootNamesItsParent() {
    expect(
      "id: ID! list: [Int] c: Int @cached(ttl: 60, key: \"c:{workspace_id}:{list}:{id}\")",
      [
        "@cached on A.c: {list} is no plain member of A; known are {c}, {id}, {workspace_id}"
      ]
    )
    expect(
      "id: ID! c: Int @cached(ttl: 60, key: \"c:{id}\")",
      [
        "@cached on A.c: the key must name {workspace_id} and members that tell one A from another"
      ]
    )
    expect(
      "id: ID! c: Int @cached(ttl: 60, key: \"c:{workspace_id}\")",
      [
        "@cached on A.c: the key must name {workspace_id} and members that tell one A from another"
      ]
    )
    expect(
      "id: ID! c: Int @cached(ttl: -1, key: \"c:{workspace_id}:{id}\", owner: \"x\", stale: 5)",
      [
        "@cached on A.c: `owner` is for fields of a root type", "@cached on A.c: `stale` is for fields of a root type",
        "@cached on A.c: ttl is -1; it must be 0 or more seconds",
      ]
    )
    expect("id: ID! c: Int @cached(ttl: 0, key: \"c:{workspace_id}:{id}\")", [])
  }

  @Test func staleIsNotNegative() {
    expect("id: ID!", ["@cached on Query.a: stale is -1; it must be 0 or more seconds"], root: "stale: -1")
  }

  /// The messages for a type `A` whose field `c` has a resolver of its own; `b`, `id` and `list` are members.
  private func expect(_ fields: String, _ messages: [String], root: String = "stale: 0") {
    let sdl = """
      directive @cached(ttl: Int!, key: String!, owner: String, stale: Int) on FIELD_DEFINITION
      type Query { a: A @cached(ttl: 60, key: "a:{workspace_id}", \(root)) }
      type A { \(fields) }
      """
    var registry = ResolverRegistry()
    registry.root("Query.a", Nothing())
    for name in ["b", "id", "list"] where fields.contains("\(name):") { registry.properties(of: "A", name) }
    if fields.contains("c:") { registry.nested(of: "A", "c", resolver: Nothing()) }
    do {
      let schema = try SchemaBuilder.build(Source(sdl, name: "schema.graphql"))
      _ = try SchemaBinding(schema: schema, registry: registry)
      #expect(messages.isEmpty)
    } catch let error as BindingError {
      #expect(error.problems.map(\.message) == messages)
    } catch {
      Issue.record("\(error)")
    }
  }
}

/// A resolver that is never asked.
private struct Nothing: RootFieldResolver, NestedFieldResolver {
  func queries(_ call: FieldCall) -> [SQLQuery] { [] }
  func body(_ results: [SQLResult], _ call: FieldCall, into writer: inout JSONWriter) {}
  func queries(parents: [JSONValue], properties: Set<String>, call: FieldCall) -> [SQLQuery] { [] }
  func bodies(
    _ results: [SQLResult],
    parents: [JSONValue],
    properties: Set<String>,
    call: FieldCall,
    into writer: inout JSONWriter
  ) {}
}
