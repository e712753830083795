import Cache
import Database
import Glibc
import JSON
import Logging
import Resolver
import Schema
import Synchronization
import TestSupport
import Testing

/// `@cached` below the root.
@Suite(.enabled(if: CachedEngine.isAvailable, "needs the servers of scripts/test"), .serialized, .inTurn)
struct NestedCacheTests {
  @Test func fetchesOnlyForParentsWhoseValueIsNotCached() async throws {
    try await with { stand, principal in
      let all = #"{"data":{"items":[{"id":1,"detail":"d1"},{"id":2,"detail":"d2"},{"id":3,"detail":"d3"}]}}"#
      #expect(await stand.ask("{ items(first: 1, last: 3) { id detail } }", principal) == all)
      await stand.cache.flush()
      let key = "detail:\(principal.workspaceID):2"
      let stored = try await stand.value(key)
      #expect(stored.hasPrefix(#"{"detail":"d2","_tracegate":{"version":"#))
      #expect(await stand.ask("{ items(first: 1, last: 3) { id detail } }", principal) == all)
      // Another root value with some of the same parents.
      #expect(
        await stand.ask("{ items(first: 2, last: 4) { d: detail } }", principal)
          == #"{"data":{"items":[{"d":"d2"},{"d":"d3"},{"d":"d4"}]}}"#
      )
      #expect(stand.fetched == [[1, 2, 3], [4]])
      let counts = stand.statistics("Item.detail")
      #expect([counts.misses, counts.memoryHits + counts.redisHits, counts.computations] == [4, 5, 4])
    }
  }

  @Test func aFieldBesideItThatIsNotCachedIsFetchedByItself() async throws {
    try await with { stand, principal in
      for _ in 0..<2 {
        #expect(
          await stand.ask("{ items(first: 1, last: 2) { plain detail } }", principal)
            == #"{"data":{"items":[{"plain":"p1","detail":"d1"},{"plain":"p2","detail":"d2"}]}}"#
        )
        await stand.cache.flush()
      }
      #expect(stand.fetched.sorted { $0.count < $1.count } == [[1, 2], [1, 2], [1, 2]])
      #expect(stand.statistics("Item.detail").computations == 2)
    }
  }

  @Test func anInvalidationEndsThemToo() async throws {
    try await with { stand, principal in
      let workspace = principal.workspaceID.text
      for round in 1...3 {
        _ = await stand.ask("{ items(first: 1, last: 1) { detail } }", principal)
        await stand.cache.flush()
        #expect(stand.fetched.count == round)
        if round == 1 { try await stand.cache.invalidate(workspace: workspace) }
        if round == 2 { try await stand.cache.invalidate(workspace: workspace, keysWith: "detail:", of: ["detail:"]) }
      }
      _ = await stand.ask("{ items(first: 1, last: 1) { detail } }", principal)
      #expect(stand.fetched.count == 3)
    }
  }

  @Test func noValueCrossesToAnotherWorkspace() async throws {
    try await with { stand, principal in
      _ = await stand.ask("{ items(first: 1, last: 1) { detail } }", principal)
      await stand.cache.flush()
      _ = await stand.ask("{ items(first: 1, last: 1) { detail } }", .newcomer())
      #expect(stand.fetched == [[1], [1]])
    }
  }

  @Test(arguments: ["garbage", #"{"detail":"theirs"}"#, #"{"other":1}"#, "[1]"])
  func whatSomebodyElseWroteIsAMiss(value: String) async throws {
    try await with { stand, principal in
      try await stand.set("detail:\(principal.workspaceID):1", value)
      let answer = await stand.ask("{ items(first: 1, last: 1) { detail } }", principal)
      #expect(answer == #"{"data":{"items":[{"detail":"d1"}]}}"#)
    }
  }

  @Test func aNullIsCachedAsAnyValue() async throws {
    try await with { stand, principal in
      for _ in 0..<2 {
        let answer = await stand.ask("{ items(first: 13, last: 13) { detail } }", principal)
        #expect(answer == #"{"data":{"items":[{"detail":null}]}}"#)
        await stand.cache.flush()
      }
      #expect(stand.fetched == [[13]])
    }
  }

  private func with(_ body: (NestedStand, Principal) async throws -> Void) async throws {
    try await TreeDatabase.with { database in
      let stand = try NestedStand(database)
      try await body(stand, .newcomer())
      await stand.end()
    }
  }
}

/// An engine with a field below the root that is cached, and one that is not.
private final class NestedStand: Sendable {
  let cache: FieldCache
  private let engine: QueryEngine
  private let redis: RedisClient
  private let details = Details()

  private static let sdl = """
    directive @cached(ttl: Int!, key: String!) on FIELD_DEFINITION
    type Query { items(first: Int!, last: Int!): [Item!]! }
    type Item {
      id: Int!
      detail: String @cached(ttl: 60, key: "detail:{workspace_id}:{id}")
      plain: String
    }
    """

  private struct Items: RootFieldResolver {
    func queries(_ call: FieldCall) -> [SQLQuery] { [SQLQuery(SQLStatement("one", "SELECT 1"))] }

    func body(_ results: [SQLResult], _ call: FieldCall, into writer: inout JSONWriter) {
      let first = call.arguments["first"]?.intValue ?? 0
      writer.beginArray()
      for id in first...(call.arguments["last"]?.intValue ?? 0) {
        writer.beginObject()
        writer.key("id")
        writer.int(id)
        writer.endObject()
      }
      writer.endArray()
    }
  }

  /// Notes for which parents it was asked.
  private final class Details: NestedFieldResolver {
    let fetched = Mutex<[[Int64]]>([])

    func queries(parents: [JSONValue], properties: Set<String>, call: FieldCall) -> [SQLQuery] {
      fetched.withLock { $0.append(parents.compactMap { $0["id"]?.int }) }
      return [SQLQuery(SQLStatement("one", "SELECT 1"))]
    }

    func bodies(
      _ results: [SQLResult],
      parents: [JSONValue],
      properties: Set<String>,
      call: FieldCall,
      into writer: inout JSONWriter
    ) {
      writer.beginArray()
      for parent in parents {
        writer.beginObject()
        for property in properties {
          let id = parent["id"]?.int ?? 0
          writer.key(property == "detail" ? "detail" : "plain")
          if id == 13 { writer.null() } else { writer.string("\(property.prefix(1))\(id)") }
        }
        writer.endObject()
      }
      writer.endArray()
    }
  }

  init(_ database: TreeDatabase) throws {
    let schema = try SchemaBuilder.build(Source(Self.sdl, name: "schema.graphql"))
    var registry = ResolverRegistry()
    registry.root("Query.items", Items())
    registry.properties(of: "Item", "id")
    registry.nested(of: "Item", "detail", "plain", resolver: details)
    let binding = try SchemaBinding(schema: schema, registry: registry)
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    var configuration = try RedisConfiguration(url: TestServers.redisURL ?? "")
    configuration.timeout = .seconds(5)
    redis = RedisClient(configuration: configuration, logger: logger)
    cache = FieldCache(redis: redis, logger: logger, leaseDuration: .seconds(60))
    let reads = ReadPools(main: database.reader, logger: logger)
    let sources = DataSources(cache: cache, database: reads, primary: database.writer)
    engine = QueryEngine(binding: binding, sources: sources, logger: logger)
  }

  func end() async { await redis.close() }

  /// The parents of each fetch.
  var fetched: [[Int64]] { details.fetched.withLock { $0 } }

  func statistics(_ coordinate: String) -> FieldStatistics {
    engine.fieldStatistics.first { $0.coordinate == coordinate }?.statistics ?? FieldStatistics()
  }

  func ask(_ query: String, _ principal: Principal) async -> String {
    let answer = await engine.execute(GraphQLRequest(document: Array(query.utf8)), for: principal)
    return String(decoding: answer.body, as: UTF8.self)
  }

  func value(_ key: String) async throws -> String {
    try await redis.send(RedisCommand("GET", key)).text ?? ""
  }

  func set(_ key: String, _ value: String) async throws {
    _ = try await redis.send(RedisCommand("SET", key, value, "EX", "60"))
  }
}
