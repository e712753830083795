import Foundation
import JSON
import Schema
import TestSupport
import Testing

@testable import Resolver

/// Holds every body against `schema.graphql`: nothing the schema promises may be missing, null or of another kind.
@Suite(.serialized, .enabled(if: TreeDatabase.isAvailable, TreeDatabase.absence), .inTurn)
struct BodyShapeTests {
  private static func source() throws -> Source {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardized
    return Source(
      try String(contentsOf: root.appending(path: "schema.graphql"), encoding: .utf8),
      name: "schema.graphql"
    )
  }

  @Test func everyFieldOfTheSchemaHasAResolverAndBackwards() throws {
    _ = try SchemaBinding.tracegate(try Self.source())
  }

  @Test func everyBodyFitsItsType() async throws {
    let schema = try SchemaBuilder.build(try Self.source(), scalars: [.timeRange])
    try await TreeDatabase.with { database in
      try await TraceSample(seed: 41, count: 100).write(to: database)
      try await TraceTests.write(to: database)
      try await database.execute(
        "INSERT INTO alerts (workspace_id, title, severity) VALUES ('\(TraceSample.first)', 'title', 'info')"
      )
      let range: [String: InputValue] = ["range": .string("30d")]
      let list: [String: InputValue] = ["limit": .int(50), "page": .int(1), "agentId": .null, "status": .null]
      let calls: [(String, any RootFieldResolver, [String: InputValue])] = [
        ("homeKpis", HomeKpisResolver(), range),
        ("alerts", AlertsResolver(), ["limit": .int(10), "severity": .null]),
        ("activity", ActivityResolver(), ["limit": .int(50)]),
        ("traces", TracesResolver(), range.merging(list) { $1 }),
        ("trace", TraceResolver(), ["traceId": .string("shared")]),
        (
          "metrics", MetricsResolver(),
          [
            "range": .string("30d"), "interval": .enumeration("week"), "timeZone": .string("Europe/Berlin"),
            "groupBy": .list([.enumeration("model")]), "top": .int(3), "orderBy": .enumeration("requests"),
          ]
        ),
        ("explainChange", ExplainChangeResolver(), ["range": .string("30d"), "top": .int(3)]),
        ("agents", DimensionValuesResolver(.agent), ["range": .string("30d"), "limit": .int(10)]),
        ("models", DimensionValuesResolver(.model), ["range": .string("30d"), "limit": .int(10)]),
        ("tags", DimensionValuesResolver(.tag), ["range": .string("30d"), "limit": .int(10)]),
      ]
      for (name, resolver, arguments) in calls {
        let field = schema[try #require(schema.field(at: "Query.\(name)"))]
        let body = try await database.body(resolver, .of(TraceSample.first, arguments))
        #expect(!body.isNull)
        check(body, field.type, schema, path: name)
      }
    }
  }

  /// What lists leave to ``TraceFieldsLoader``.
  private static let loaded: Set = ["input", "output", "error", "metadata", "user_id", "session_id", "spans"]

  private func check(_ value: JSONValue, _ type: TypeReference, _ schema: GraphQLSchema, path: String) {
    if value.isNull {
      #expect(!type.isNonNull, "\(path) is null")
      return
    }
    let type = type.nullable
    if type.isList {
      #expect(value.kind == .array, "\(path)")
      #expect(!value.elements.isEmpty || path.hasSuffix(".tags") || path.hasSuffix(".keys"), "\(path) shows nothing")
      for element in value.elements { check(element, type.item, schema, path: path + "[]") }
      return
    }
    let named = schema[type.named]
    guard named.kind == .object else { return checkLeaf(value, named, path: path) }
    for index in named.fields {
      let field = schema.fields[index]
      let key = NameStyle.snakeCase(field.name)
      guard let member = value[key] else {
        let isLoaded = path.hasSuffix("items[]") && Self.loaded.contains(key)
        #expect(isLoaded || (path == "trace" && key == "cursor"), "\(path).\(key) is missing")
        continue
      }
      check(member, field.type, schema, path: path + "." + key)
    }
  }

  private func checkLeaf(_ value: JSONValue, _ type: NamedType, path: String) {
    switch type.name {
    case "Int", "BigInt": #expect(value.int != nil, "\(path)")
    case "Float", "Decimal": #expect(value.kind == .number, "\(path)")
    case "DateTime": #expect(value.string.flatMap { try? Instant(parsing: $0) }?.text == value.string, "\(path)")
    case "UUID": #expect(value.string.flatMap { WorkspaceID($0) }?.text == value.string, "\(path)")
    case "JSON": break
    case "String": #expect(value.kind == .string, "\(path)")
    case "Boolean": #expect(value.kind == .bool, "\(path)")
    default: #expect(type.enumValues.contains { $0.name == value.string }, "\(path)")
    }
  }
}
