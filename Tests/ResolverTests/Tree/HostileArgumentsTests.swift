import Cache
import Database
import Foundation
import JSON
import Logging
import Schema
import TestSupport
import Testing

@testable import Resolver

/// Every place of the schema's queries that takes a text gets texts that could break something: there is an answer or a
/// refusal of the input, never an SQL error, and never anything of another workspace.
@Suite(.serialized, .enabled(if: CachedEngine.isAvailable, TreeDatabase.absence), .inTurn)
struct HostileArgumentsTests {
  /// A place for a text: a document with the variable `$text`.
  private struct Place: Sendable {
    let path: String
    let document: String
    /// Of what kind: places in filters are many, and get some of the texts each.
    let isInFilter: Bool
  }

  /// Stands in every column of the other workspace's traces.
  private static let secret = "of-another-workspace"

  @Test func everyTextIsAnsweredOrRefused() async throws {
    let source = try Self.source()
    let binding = try SchemaBinding.tracegate(source)
    let places = Self.places(binding.schema)
    // A new argument is tested without anybody's doing; one that is missing here shows that the walk has gone wrong.
    let paths = Set(places.map(\.path))
    for path in [
      "homeKpis.range", "traces.range", "traces.agentId", "traces.after", "traces.where.model.prefix",
      "traces.where.not.tag.in",
      "trace.traceId", "metrics.timeZone", "metrics.where.or.input.contains", "metrics.where.costUsd.gt",
      "metrics.where.timestamp.lt", "explainChange.range", "agents.contains", "models.contains", "tags.contains",
    ] { #expect(paths.contains(path), "\(path)") }
    try await TreeDatabase.with { database in
      try await TraceSample(seed: 71, count: 120).write(to: database)
      let cursor = try await Self.writeSecret(to: database)
      let texts = HostileText.all + [Self.secret, cursor, "2026-03-01T00:00:00Z/P1D", "infinity", "1e999999999"]
      try await Self.withEngine(binding, database) { engine in
        for (number, place) in places.enumerated() {
          for (index, text) in texts.enumerated() {
            if place.isInFilter, index % 12 != number % 12 || text.utf8.count > 1000 { continue }
            try await Self.check(engine, place, text)
          }
        }
      }
    }
  }

  private static func check(_ engine: QueryEngine, _ place: Place, _ text: String) async throws {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("text")
    writer.string(text)
    writer.endObject()
    let request = GraphQLRequest(
      document: Array(place.document.utf8),
      variables: try JSONDocument(parsing: writer.bytes).root
    )
    let principal = Principal(workspaceID: TraceSample.first, userID: "test")
    let result = await engine.execute(request, for: principal)
    let comment: Comment = "\(place.path) \(text.prefix(30)): \(result.errors.map(\.message))"
    #expect(result.errors.allSatisfy { refusals.contains($0.code) }, comment)
    let data = try JSONDocument(parsing: result.body).root["data"]?.json ?? ""
    #expect(!data.contains(secret), comment)
    #expect(!data.contains(TraceSample.second.text), comment)
  }

  private static let refusals: Set<ErrorCode> = [.badUserInput, .invalidTimeRange, .costLimitExceeded]

  // MARK: Places

  private static func places(_ schema: GraphQLSchema) -> [Place] {
    guard let query = schema.queryType else { return [] }
    return schema[query].fields.map { schema.fields[$0] }.flatMap { field in
      field.arguments.flatMap { argument in
        leaves(argument, schema, depth: 0).map { leaf in
          let others = field.arguments.filter {
            $0.name != argument.name && $0.type.isNonNull && $0.defaultValue == nil
          }
          assert(others.isEmpty)
          return Place(
            path: ([field.name] + leaf.path).joined(separator: "."),
            document: "query($text: \(leaf.type)) { \(field.name)(\(leaf.text)) \(selection(field, schema)) }",
            isInFilter: leaf.path.count > 1
          )
        }
      }
    }
  }

  /// The texts that an argument or member of an input object can hold, the members of filters in filters once.
  private static func leaves(
    _ definition: InputValueDefinition,
    _ schema: GraphQLSchema,
    depth: Int
  ) -> [(path: [String], text: String, type: String)] {
    let type = definition.type.nullable
    let named = schema[(type.isList ? type.item : type).named]
    func wrapped(_ text: String) -> String { "\(definition.name): \(type.isList ? "[\(text)]" : text)" }
    if named.kind == .scalar {
      guard !["Int", "Boolean"].contains(named.name) else { return [] }
      return [([definition.name], wrapped("$text"), named.name + "!")]
    }
    guard named.kind == .inputObject, depth < (named.name == "TraceFilter" ? 2 : 3) else { return [] }
    let members = named.inputFields.filter {
      depth == 0 || named.name != "TraceFilter" || innerMembers.contains($0.name)
    }
    return members.flatMap { member in
      leaves(member, schema, depth: depth + 1).map { leaf in
        ([definition.name] + leaf.path, wrapped("{\(leaf.text)}"), leaf.type)
      }
    }
  }

  /// Of a filter in a filter, which is read as the outer one is.
  private static let innerMembers: Set = ["model", "tag", "input"]

  /// All leaves without arguments, and objects in them down to a trace.
  private static func selection(_ field: FieldDefinition, _ schema: GraphQLSchema, depth: Int = 0) -> String {
    let named = schema[field.type.named]
    guard named.kind == .object else { return "" }
    let members = named.fields.map { schema.fields[$0] }.compactMap { member -> String? in
      // Metrics tell the time zone that was asked for.
      guard member.arguments.isEmpty, member.name != "timeZone" else { return nil }
      let isLeaf = schema[member.type.named].kind != .object
      if !isLeaf, depth > 2 { return nil }
      return isLeaf ? member.name : "\(member.name) \(selection(member, schema, depth: depth + 1))"
    }
    return "{ \(members.joined(separator: " ")) }"
  }

  private static func source() throws -> Source {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardized
    let text = try String(contentsOf: root.appending(path: "schema.graphql"), encoding: .utf8)
    return Source(text, name: "schema.graphql")
  }

  // MARK: World

  /// Traces of the other workspace that bear the secret wherever they can.
  /// - Returns: a cursor that stands at one of them.
  private static func writeSecret(to database: TreeDatabase) async throws -> String {
    try await database.execute(
      """
      INSERT INTO traces (workspace_id, trace_id, agent_id, "timestamp", latency_ms, status, model, model_provider, tags,
        user_id, session_id, error, metadata)
      SELECT '\(TraceSample.second)', '\(secret)', '\(secret)', '\(TraceSample.now.text)'::timestamptz - interval '1 hour', 1,
        'error', '\(secret)', '\(secret)', '{\(secret)}', '\(secret)', '\(secret)', '\(secret)', '{"a": "\(secret)"}';
      INSERT INTO trace_locator SELECT workspace_id, trace_id, "timestamp" FROM traces WHERE trace_id = '\(secret)';
      INSERT INTO trace_io (workspace_id, trace_id, "timestamp", input, output)
      SELECT workspace_id, trace_id, "timestamp", trace_id, trace_id FROM traces WHERE trace_id = '\(secret)'
      """
    )
    try await TraceSample.rollUp(database)
    let place = TraceSample.now.adding(seconds: -3600)
    return TraceCursor(order: TraceOrder(), timestamp: place, value: "", traceID: secret).text
  }

  private static func withEngine(
    _ binding: SchemaBinding,
    _ database: TreeDatabase,
    _ body: (QueryEngine) async throws -> Void
  ) async throws {
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let redis = RedisClient(configuration: try RedisConfiguration(url: TestServers.redisURL ?? ""), logger: logger)
    let cache = FieldCache(redis: redis, logger: logger)
    let sources = DataSources(
      cache: cache,
      database: ReadPools(main: database.reader, logger: logger),
      primary: database.writer
    )
    let engine = QueryEngine(binding: binding, sources: sources, logger: logger, now: { TraceSample.now })
    try await body(engine)
    await redis.close()
  }
}
