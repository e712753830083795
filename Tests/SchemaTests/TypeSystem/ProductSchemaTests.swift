import Schema
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// The SDL that the product serves.
@Suite struct ProductSchemaTests {
  static func load() throws -> GraphQLSchema {
    let path = #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined() + "/schema.graphql"
    let file = try #require(fopen(path, "r"))
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = fread(&bytes, 1, bytes.count, file)
    return try SchemaBuilder.build(Source(bytes: Array(bytes[..<count]), name: "schema.graphql"))
  }

  @Test func loads() throws {
    let schema = try Self.load()
    let field = schema[try #require(schema.field(at: "Query.alerts"))]
    let cached = try #require(field.directive("cached"))
    #expect(cached["ttl"] == .int(60))
    #expect(cached["key"] == .string("alerts:recent:{workspace_id}:{limit}:{severity}"))
    #expect(cached["owner"] == nil)
    #expect(field.arguments[0].bounds == 1...100)
    #expect(field.arguments[0].defaultValue == .int(10))
  }
}
