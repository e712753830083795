import Schema
import Testing

@Suite struct SchemaBuilderTests {
  @Test func buildsTypesAndFields() throws {
    let schema = try SchemaBuilder.build(Source("type Query { a(x: Int! = 3): [Int!]! b: Other } type Other { c: ID }"))
    let query = try #require(schema.queryType)
    #expect(schema[query].name == "Query")
    let field = try #require(schema.field(at: "Query.a"))
    #expect(schema.text(of: schema[field].type) == "[Int!]!")
    #expect(schema[field].arguments.first?.defaultValue == .int(3))
    #expect(schema.field(named: "__typename", on: query) == schema.typenameField)
  }
}
