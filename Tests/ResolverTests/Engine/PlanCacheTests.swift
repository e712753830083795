import JSON
import Logging
import Resolver
import Schema
import Testing

/// Documents are compiled once, and what they occupy is bounded.
@Suite struct PlanCacheTests {
  private static let principal = Principal(workspaceID: .none, userID: "test")

  private func engine(cacheBytes: Int = 1 << 20) throws -> QueryEngine {
    let schema = try SchemaBuilder.build(Source("type Query { a: Int b: Query }", name: "schema.graphql"))
    var configuration = QueryEngine.Configuration()
    configuration.planCacheBytes = cacheBytes
    return QueryEngine(
      binding: SchemaBinding(toRootValueOf: schema),
      sources: nil,
      rootValue: RootValue(document: try JSONDocument(parsing: Array(#"{"a":1}"#.utf8)), nodes: [.query: 0]),
      logger: Logger(label: "test"),
      configuration: configuration
    )
  }

  private func request(_ query: String, variables: String? = nil) throws -> GraphQLRequest {
    GraphQLRequest(
      document: Array(query.utf8),
      variables: try variables.map { try JSONDocument(parsing: Array($0.utf8)).root }
    )
  }

  @Test func aThousandFirstRequestsOfADocumentCompileItOnce() async throws {
    let engine = try engine()
    let request = try request("{ b { \((0..<400).map { "b { a } # \($0)\n" }.joined()) } }")
    let bodies = await withTaskGroup(of: [UInt8].self) { group in
      for _ in 0..<1_000 { group.addTask { await engine.execute(request, for: Self.principal).body } }
      return await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
    }
    #expect(bodies.map { String(decoding: $0, as: UTF8.self) } == [#"{"data":{"b":null}}"#])
    let statistics = engine.planStatistics
    #expect(statistics.compilations == 1)
    #expect(statistics.plannings == 1)
    #expect(statistics.hits + statistics.misses == 1_000)
  }

  @Test func anInvalidDocumentIsToldToAllWhoWaitForIt() async throws {
    let engine = try engine()
    let request = try request("{ nothing }")
    let kinds = await withTaskGroup(of: ExecutionResult.Kind.self) { group in
      for _ in 0..<100 { group.addTask { await engine.execute(request, for: Self.principal).kind } }
      return await group.reduce(into: Set<ExecutionResult.Kind>()) { $0.insert($1) }
    }
    #expect(kinds == [.requestError])
    #expect(engine.planStatistics.documents == 0)
  }

  @Test func countsHitsAndMisses() async throws {
    let engine = try engine()
    #expect(engine.planStatistics.hitRatio == nil)
    for _ in 0..<3 { _ = await engine.execute(try request("{ a }"), for: Self.principal) }
    _ = await engine.execute(try request("{ b { a } }"), for: Self.principal)
    #expect(engine.planStatistics.hits == 2)
    #expect(engine.planStatistics.misses == 2)
    #expect(engine.planStatistics.hitRatio == 0.5)
    #expect(engine.planStatistics.documents == 2)
  }

  @Test func everyPlanOfADocumentCounts() async throws {
    let engine = try engine()
    let names = (0..<5).map { "v\($0)" }
    let query =
      "query (\(names.map { "$\($0): Boolean!" }.joined(separator: " "))) { "
      + names.map { "\($0): b @include(if: $\($0)) { a }" }.joined(separator: " ") + " a }"
    var bytes = [0]
    for bits in 0..<32 {
      let values = names.indices.map { "\"\(names[$0])\":\(bits >> $0 & 1 == 1)" }.joined(separator: ",")
      _ = await engine.execute(try request(query, variables: "{\(values)}"), for: Self.principal)
      bytes.append(engine.planStatistics.bytes)
    }
    #expect(engine.planStatistics.plannings == 32)
    #expect(engine.planStatistics.documents == 1)
    #expect(zip(bytes, bytes.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test func staysWithinItsBytes() async throws {
    let engine = try engine(cacheBytes: 60_000)
    for index in 0..<300 {
      _ = await engine.execute(try request("{ x\(index): a b { a } }"), for: Self.principal)
      // In use all the time, so it stays.
      _ = await engine.execute(try request("{ a }"), for: Self.principal)
      #expect(engine.planStatistics.bytes <= 60_000)
    }
    let statistics = engine.planStatistics
    #expect(statistics.documents > 3)
    #expect(statistics.evictions == 301 - statistics.documents)
    #expect(statistics.compilations == 301)
  }

  @Test func aDocumentThatAloneExceedsTheBytesIsAnsweredAndNotKept() async throws {
    let engine = try engine(cacheBytes: 2_000)
    let answer = await engine.execute(try request("{ a }"), for: Self.principal)
    #expect(String(decoding: answer.body, as: UTF8.self) == #"{"data":{"a":1}}"#)
    #expect(engine.planStatistics.documents == 0)
    #expect(engine.planStatistics.bytes == 0)
  }

  @Test func introspectionCanBeTurnedOff() async throws {
    let schema = try SchemaBuilder.build(Source("type Query { a: Int }", name: "schema.graphql"))
    var configuration = QueryEngine.Configuration()
    configuration.allowsIntrospection = false
    let engine = QueryEngine(
      binding: SchemaBinding(toRootValueOf: schema),
      sources: nil,
      logger: Logger(label: "test"),
      configuration: configuration
    )
    let answer = await engine.execute(try request("{ __schema { types { name } } }"), for: Self.principal)
    #expect(answer.kind == .requestError)
  }
}
