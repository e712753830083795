import Cache
import Database
import Glibc
import JSON
import Logging
import Resolver
import Schema
import Synchronization
import TestSupport

/// An instance with a cache of its own on the Redis of the tests: fields whose computations are counted.
final class CachedEngine: Sendable {
  static let isAvailable = TreeDatabase.isAvailable && TestServers.redisURL != nil

  let engine: QueryEngine
  let cache: FieldCache
  private let counting: Counting
  private let redis: RedisClient
  private let life: Task<Void, Never>

  /// A tenth of the time to live is the margin in which a value is computed early.
  private static let sdl = """
    directive @cached(ttl: Int!, key: String!, owner: String, stale: Int) on FIELD_DEFINITION
    type Query {
      number(n: Int = 0): Number @cached(ttl: 100, key: "number:{workspace_id}:{n}")
      lasting(n: Int = 0): Number @cached(ttl: 100, key: "lasting:{workspace_id}:{n}", stale: 50)
    }
    type Number { value: Int! }
    """

  /// Takes a while, as SQL does. The value is the number of the computation.
  private final class Counting: RootFieldResolver {
    let count = Atomic<Int>(0)
    let milliseconds: Int

    init(milliseconds: Int) {
      self.milliseconds = milliseconds
    }

    func queries(_ call: FieldCall) -> [SQLQuery] {
      count.add(1, ordering: .relaxed)
      return [SQLQuery(SQLStatement("slow_\(milliseconds)", "SELECT pg_sleep(\(milliseconds) / 1000.0)"))]
    }

    func body(_ results: [SQLResult], _ call: FieldCall, into writer: inout JSONWriter) {
      writer.beginObject()
      writer.key("value")
      writer.int(Int64(count.load(ordering: .relaxed)))
      writer.endObject()
    }
  }

  init(_ database: TreeDatabase, leaseDuration: Duration? = .seconds(60), milliseconds: Int = 20) throws {
    let schema = try SchemaBuilder.build(Source(Self.sdl, name: "schema.graphql"))
    counting = Counting(milliseconds: milliseconds)
    var registry = ResolverRegistry()
    registry.root("Query.number", counting)
    registry.root("Query.lasting", counting)
    registry.properties(of: "Number", "value")
    let binding = try SchemaBinding(schema: schema, registry: registry)
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    var configuration = try RedisConfiguration(url: TestServers.redisURL ?? "")
    configuration.timeout = .seconds(5)
    redis = RedisClient(configuration: configuration, logger: logger)
    let cache = FieldCache(
      redis: redis,
      logger: logger,
      memory: MemoryConfiguration(maximumBytes: 1 << 20, prefixes: binding.cacheKeyPrefixes),
      leaseDuration: leaseDuration
    )
    self.cache = cache
    let sources = DataSources(cache: cache, database: database.reader, primary: database.writer)
    engine = QueryEngine(binding: binding, sources: sources, logger: logger)
    life = Task { await cache.run() }
  }

  func end() async {
    life.cancel()
    await redis.close()
  }

  /// How often something was computed.
  var computations: Int { counting.count.load(ordering: .relaxed) }

  func statistics(_ field: String) -> FieldStatistics {
    engine.fieldStatistics.first { $0.coordinate == "Query.\(field)" }?.statistics ?? FieldStatistics()
  }

  /// The value of a field, or what went wrong.
  func ask(_ field: String, _ principal: Principal) async -> String {
    let request = GraphQLRequest(document: Array("{ \(field) { value } }".utf8))
    return String(decoding: await engine.execute(request, for: principal).body, as: UTF8.self)
  }

  /// Milliseconds; negative for a key that is not there or does not expire.
  func timeToLive(of key: String) async throws -> Int64 {
    try await redis("PTTL", key).integer ?? -2
  }

  /// Asks Redis behind the back of the instance.
  @discardableResult
  func redis(_ name: StaticString, _ arguments: String...) async throws -> RedisReply {
    var command = RedisCommand(name)
    for argument in arguments { command.append(text: argument) }
    return try await redis.send(command)
  }
}

extension Principal {
  /// Somebody in a workspace of their own.
  static func newcomer() -> Principal {
    let digits = (0..<32).map { _ in String(Int.random(in: 0..<16), radix: 16) }.joined()
    let cuts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
    let text = cuts.map { String(digits.dropFirst($0.lowerBound).prefix($0.count)) }.joined(separator: "-")
    return Principal(workspaceID: WorkspaceID(text) ?? .none, userID: "test")
  }
}
