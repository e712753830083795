import Cache
import Database
import FoundationEssentials
import JSON
import Logging
import Resolver
import Schema

/// Measures the way to a cached value: `CacheBenchmark PORT schema.graphql dashboard.graphql [ROUNDS]`, on a Redis of its own.
///
/// Each case runs in turn in every round, so whatever else the machine does falls on all; medians and best are printed.
@main
struct CacheBenchmark {
  static func main() async throws {
    let arguments = CommandLine.arguments
    guard arguments.count >= 4, let port = Int32(arguments[1]) else {
      throw Failure("usage: PORT SCHEMA DOCUMENT [ROUNDS]")
    }
    let rounds = arguments.count > 4 ? Int(arguments[4]) ?? 5 : 5
    let bench = try await CacheBenchmark(
      port: port,
      schema: Array(try Data(contentsOf: URL(filePath: arguments[2]))),
      document: Array(try Data(contentsOf: URL(filePath: arguments[3])))
    )
    let cases = bench.cases
    var figures = cases.map { _ in [Double]() }
    for _ in 0..<rounds {
      for (index, measured) in cases.enumerated() { figures[index].append(try await measured.measure()) }
    }
    for (measured, figures) in zip(cases, figures) {
      let sorted = figures.sorted()
      let best = measured.isRate ? sorted[sorted.count - 1] : sorted[0]
      print(measured.name, Int(sorted[sorted.count / 2]), Int(best), measured.isRate ? "/s" : "ns", separator: "\t")
    }
  }

  private struct Case {
    let name: String
    /// More is better.
    let isRate: Bool
    let measure: () async throws -> Double
  }

  private static let key = "a:value"
  private static let length = 12_000

  private let port: Int32
  private let client: RedisClient
  /// The first with memory, the second without.
  private let caches: [FieldCache]
  private let engines: [QueryEngine]
  private let request: GraphQLRequest
  private let keys: [CacheKey]
  private let principal = Principal(workspaceID: WorkspaceID(DashboardBodies.workspace) ?? .none, userID: "benchmark")

  private init(port: Int32, schema: [UInt8], document: [UInt8]) async throws {
    self.port = port
    let logger = Logger(label: "benchmark")
    let binding = try SchemaBinding.tracegate(Source(bytes: schema, name: "schema.graphql"))
    var configuration = try RedisConfiguration(url: "redis://127.0.0.1:\(port)/0")
    configuration.timeout = .seconds(5)
    let client = RedisClient(configuration: configuration, logger: logger)
    self.client = client
    request = GraphQLRequest(document: document)
    keys = try await cacheKeys(of: document, binding, principal)
    // The bodies below are of generation 0.
    let generation = "gen:\(principal.workspaceID.text)"
    _ = try await client.send(RedisCommand("SET", generation, "0"))
    _ = try await client.send(RedisCommand("HSET", generation + ":fields", "*", "0"))
    for (key, body) in zip(keys, DashboardBodies.all) {
      var set = RedisCommand("SET", key.description)
      set.append(cachedText(of: body))
      for word in ["EX", "3600"] { set.append(text: word) }
      _ = try await client.send(set)
    }
    var set = RedisCommand("SET", Self.key)
    set.append([UInt8](repeating: 120, count: Self.length))
    _ = try await client.send(set)

    let memory = MemoryConfiguration(maximumBytes: 64 << 20, prefixes: binding.cacheKeyPrefixes + ["a:"])
    caches = [memory, nil].map {
      FieldCache(redis: client, logger: logger, memory: $0, leaseDuration: .milliseconds(200))
    }
    let nowhere = ConnectionPool(
      configuration: PoolConfiguration(url: "postgresql://127.0.0.1:1/none", name: "none", minimum: 0, maximum: 1),
      logger: logger
    )
    engines = caches.map { cache in
      QueryEngine(
        binding: binding,
        sources: DataSources(cache: cache, database: ReadPools(main: nowhere, logger: logger), primary: nowhere),
        logger: logger
      )
    }
    for cache in caches { Task { await cache.run() } }
    try await warm()
  }

  /// Until the first engine answers from memory.
  private func warm() async throws {
    for _ in 0..<200 {
      let answers = [
        await engines[0].execute(request, for: principal), await engines[1].execute(request, for: principal),
      ]
      guard answers.allSatisfy(\.errors.isEmpty) else { throw Failure("wrong bodies: \(answers[0].errors)") }
      _ = await caches[0].read([CacheKey(Self.key)], generationOf: principal.workspaceID.text)
      if engines[0].executeImmediately(request, for: principal) != nil { return }
      try await Task.sleep(for: .milliseconds(10))
    }
    throw Failure("nothing comes to memory")
  }

  // MARK: Cases

  private var cases: [Case] {
    let hiredis = BlockingHiredis(port: port)
    return [
      Case(name: "GET 12 KB, 1 caller", isRate: true) { try await get(callers: 1, calls: 10_000) },
      Case(name: "GET 12 KB, 1 caller, blocking hiredis", isRate: true) {
        hiredis.rate(callers: 1, calls: 10_000, key: Self.key, expecting: Self.length)
      },
      Case(name: "GET 12 KB, 64 callers", isRate: true) { try await get(callers: 64, calls: 1_000) },
      Case(name: "GET 12 KB, 64 callers, blocking hiredis, 64 threads", isRate: true) {
        hiredis.rate(callers: 64, calls: 1_000, key: Self.key, expecting: Self.length)
      },
      Case(name: "one value from memory", isRate: false) {
        try time(100_000) {
          caches[0].readMemory([CacheKey(Self.key)], generationOf: principal.workspaceID.text) != nil
        }
      },
      Case(name: "dashboard, memory, at once", isRate: false) {
        try time(5_000) { engines[0].executeImmediately(request, for: principal) != nil }
      },
      Case(name: "dashboard, memory, 16 callers", isRate: true) { try await dashboard(engines[0], callers: 16) },
      Case(name: "dashboard, Redis, 16 callers", isRate: true) { try await dashboard(engines[1], callers: 16) },
    ]
  }

  private func get(callers: Int, calls: Int) async throws -> Double {
    let client = client
    return try await rate(callers, calls) {
      try await client.send(RedisCommand("GET", Self.key)).text?.utf8.count == Self.length
    }
  }

  private func dashboard(_ engine: QueryEngine, callers: Int) async throws -> Double {
    let (request, principal) = (request, principal)
    return try await rate(callers, 200) { await engine.execute(request, for: principal).errors.isEmpty }
  }

  private func rate(
    _ callers: Int,
    _ calls: Int,
    _ work: @escaping @Sendable () async throws -> Bool
  ) async throws -> Double {
    let start = ContinuousClock.now
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<callers {
        group.addTask { for _ in 0..<calls { guard try await work() else { throw Failure("a wrong answer") } } }
      }
      try await group.waitForAll()
    }
    return Double(callers * calls) / ((ContinuousClock.now - start) / .seconds(1))
  }

  /// Nanoseconds of one repetition.
  private func time(_ count: Int, _ work: () -> Bool) throws -> Double {
    let start = ContinuousClock.now
    for _ in 0..<count where !work() { throw Failure("not in memory") }
    return (ContinuousClock.now - start) / .nanoseconds(1) / Double(count)
  }
}

struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
