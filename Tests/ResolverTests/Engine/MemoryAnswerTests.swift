import Cache
import Database
import Foundation
import JSON
import Logging
import Resolver
import Schema
import Synchronization
import TestSupport
import Testing

/// Answers at once from what the field cache has in memory. The database is never asked: the resolvers need none.
@Suite(.enabled(if: TestServers.redisURL != nil, Comment(rawValue: TestServers.absence)), .inTurn)
struct MemoryAnswerTests {
  private static let sdl = """
    directive @cached(ttl: Int!, key: String!, owner: String) on FIELD_DEFINITION
    type Query {
      sum(limit: Int = 3): Sum @cached(ttl: 60, key: "memory_test:{workspace_id}:{limit}")
      detail(id: String!): Detail @cached(ttl: 60, key: "memory_detail:{id}", owner: "workspace_id")
    }
    type Sum { total: Int }
    type Detail { id: String workspaceId: String }
    """

  private struct Counting: RootFieldResolver {
    let calls: Counter

    func queries(_ call: FieldCall) throws(GraphQLError) -> [SQLQuery] { [] }

    func body(_ results: [SQLResult], _ call: FieldCall, into writer: inout JSONWriter) {
      let turn = calls.next()
      let id = call.arguments["id"]?.stringValue ?? ""
      let text = #"{"id":"\#(id)","workspace_id":"\#(call.workspaceID.text)","total":\#(turn)}"#
      writer.raw(Array(text.utf8)[...])
    }
  }

  private final class Counter: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
      count.withLock { count in
        count += 1
        return count
      }
    }
  }

  private let cache: FieldCache
  private let engine: QueryEngine
  private let principal = Self.newPrincipal()

  init() throws {
    let schema = try SchemaBuilder.build(Source(Self.sdl, name: "schema.graphql"))
    var registry = ResolverRegistry()
    let counter = Counter()
    for field in ["sum", "detail"] { registry.root("Query.\(field)", Counting(calls: counter)) }
    registry.properties(of: "Sum", "total")
    registry.properties(of: "Detail", "id", "workspaceId")
    let binding = try SchemaBinding(schema: schema, registry: registry)
    let logger = Logger(label: "test")
    var redis = try RedisConfiguration(url: TestServers.redisURL ?? "")
    redis.timeout = .seconds(10)
    var memory = MemoryConfiguration(maximumBytes: 1 << 20, prefixes: binding.cacheKeyPrefixes)
    memory.maximumStaleness = .seconds(60)
    cache = FieldCache(redis: RedisClient(configuration: redis, logger: logger), logger: logger, memory: memory)
    let nowhere = ConnectionPool(
      configuration: PoolConfiguration(url: "postgresql://127.0.0.1:1/none", name: "nowhere"),
      logger: logger
    )
    engine = QueryEngine(
      binding: binding,
      sources: DataSources(cache: cache, database: ReadPools(main: nowhere, logger: logger), primary: nowhere),
      logger: logger
    )
  }

  @Test func answersAtOnceUntilTheWorkspaceIsInvalidated() async throws {
    try await withMemory {
      let query = "{ sum { total } more: sum(limit: 4) { total } }"
      let first = await ask(query)
      // Values are stored behind the answer; who asks before that has them computed again.
      await cache.flush()
      let body = try await remembered(query)
      #expect(body == first)
      #expect(immediately(query, Self.newPrincipal()) == nil)

      try await cache.invalidate(workspace: principal.workspaceID.text)
      #expect(immediately(query) == nil)
      #expect(await ask(query) != first)
    }
  }

  @Test func keepsWhatHasAnOwnerForTheOwner() async throws {
    try await withMemory {
      let id = UUID().uuidString
      let query = "{ detail(id: \"\(id)\") { id workspaceId } }"
      let mine = try await remembered(query)
      #expect(mine == #"{"data":{"detail":{"id":"\#(id)","workspaceId":"\#(principal.workspaceID.text)"}}}"#)
      let stranger = Self.newPrincipal()
      let theirs = await ask(query, stranger)
      #expect(theirs?.contains(stranger.workspaceID.text) == true)
      #expect(immediately(query, stranger) == nil)
      #expect(immediately(query) == mine)
    }
  }

  // MARK: - Help

  private static func newPrincipal() -> Principal {
    Principal(workspaceID: WorkspaceID(UUID().uuidString) ?? .none, userID: "test")
  }

  private func withMemory(_ body: () async throws -> Void) async throws {
    let life = Task { [cache] in await cache.run() }
    defer { life.cancel() }
    try await Patience.wait(for: "tracking") { cache.statistics.memory?.isTracking == true ? true : nil }
    try await body()
  }

  private func ask(_ query: String, _ somebody: Principal? = nil) async -> String? {
    let result = await engine.execute(GraphQLRequest(document: Array(query.utf8)), for: somebody ?? principal)
    return String(decoding: result.body, as: UTF8.self)
  }

  private func immediately(_ query: String, _ somebody: Principal? = nil) -> String? {
    engine.executeImmediately(GraphQLRequest(document: Array(query.utf8)), for: somebody ?? principal)
      .map { String(decoding: $0.body, as: UTF8.self) }
  }

  /// The answer from memory, once it is there.
  private func remembered(_ query: String) async throws -> String {
    try await Patience.wait(for: "an answer from memory") { () -> String? in
      _ = await ask(query)
      return immediately(query)
    }
  }
}
