import Resolver
import Schema
import Testing

/// Cache policies that the engine could not keep stop the start.
@Suite struct CachePolicyTests {
  @Test func aPolicyBelowTheRootIsRefusedAtStart() throws {
    let sdl = """
      directive @cached(ttl: Int!, key: String!) on FIELD_DEFINITION
      type Query { a: A }
      type A { b: Int @cached(ttl: 60, key: "b:{workspace_id}") }
      """
    var registry = ResolverRegistry()
    registry.properties(of: "A", "b")
    let schema = try SchemaBuilder.build(Source(sdl, name: "schema.graphql"))
    let error = #expect(throws: BindingError.self) { _ = try SchemaBinding(schema: schema, registry: registry) }
    #expect(
      error?.description.contains(
        "schema.graphql:3:17: @cached on A.b: only fields of a root type are cached; what stands below one is cached with it"
      ) == true
    )
  }
}
