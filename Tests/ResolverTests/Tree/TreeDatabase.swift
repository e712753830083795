import Database
import Glibc
import JSON
import Logging
import Resolver
import Schema
import TestSupport
import Testing

/// A database of a test's own, with the telemetry schema, on the server that `TRACEGATE_TEST_PG_URL` names.
struct TreeDatabase: Sendable {
  static var serverURL: String? {
    getenv("TRACEGATE_TEST_PG_URL").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  static let isAvailable = serverURL != nil
  static let absence: Comment = "TRACEGATE_TEST_PG_URL is not set"

  /// As the gateway reads: read-only.
  let reader: ConnectionPool
  let writer: ConnectionPool

  static func with(_ body: (TreeDatabase) async throws -> Void) async throws {
    let serverURL = try #require(serverURL)
    let name = "tg_tree_\(UInt64.random(in: .min ... .max))"
    try await administer(serverURL, "CREATE DATABASE \(name)")
    let url = Self.url(serverURL, database: name)
    let database = TreeDatabase(reader: pool(url, readOnly: true), writer: pool(url))
    do {
      for migration in Migration.telemetry { try await run(migration.sql, on: database.writer) }
      try await body(database)
    } catch {
      try? await database.drop(name, serverURL)
      throw error
    }
    try await database.drop(name, serverURL)
  }

  func execute(_ sql: String) async throws {
    try await Self.run(sql, on: writer)
  }

  /// The first column of the first row, computed apart from the resolvers.
  func text(_ sql: String) async throws -> String? {
    let result = try await writer.withConnection { try await $0.execute(sql) }
    return result.flatMap { $0.rowCount > 0 ? $0.string(0, 0) : nil }
  }

  /// All rows as text, computed apart from the resolvers.
  func rows(_ sql: String) async throws -> [[String?]] {
    guard let result = try await writer.withConnection({ try await $0.execute(sql) }) else { return [] }
    return (0..<result.rowCount).map { row in (0..<result.columnCount).map { result.string(row, $0) } }
  }

  /// The partitions of `traces` among the words of a plan; chunks of a hypertable by the names that partitions would have.
  func partitions(in words: Set<Substring>) async throws -> [String] {
    guard TestServers.hasTimescale else { return words.filter { $0.hasPrefix("traces_p2") }.map(String.init).sorted() }
    let chunks = try await rows(
      """
      SELECT chunk_name, to_char(range_start, '"traces_p"YYYYMMDD') FROM timescaledb_information.chunks
      WHERE hypertable_name = 'traces'
      """
    )
    return chunks.filter { words.contains(Substring($0[0] ?? "")) }.compactMap { $0[1] }.sorted()
  }

  // MARK: Calls

  /// What a root field's resolver answers.
  func body(_ resolver: some RootFieldResolver, _ call: FieldCall) async throws -> JSONValue {
    var writer = JSONWriter()
    try resolver.body(try await results(try resolver.queries(call)), call, into: &writer)
    return try JSONDocument(parsing: writer.bytes).root
  }

  func results(_ queries: [SQLQuery]) async throws -> [SQLResult] {
    var results: [SQLResult] = []
    for result in try await reader.pipeline(queries) {
      results.append(try result.mapError { TestFailure($0.debugDescription) }.get())
    }
    return results
  }

  // MARK: Pools

  private static func pool(_ url: String, readOnly: Bool = false) -> ConnectionPool {
    ConnectionPool(
      configuration: PoolConfiguration(url: url, name: "tree", minimum: 0, maximum: 1, readOnly: readOnly),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    )
  }

  private static func run(_ sql: String, on pool: ConnectionPool) async throws {
    _ = try await pool.withConnection { try await $0.execute(sql) }
  }

  private static func administer(_ url: String, _ sql: String) async throws {
    let pool = pool(url)
    defer { pool.shutDown() }
    try await run(sql, on: pool)
  }

  private func drop(_ name: String, _ serverURL: String) async throws {
    reader.shutDown()
    writer.shutDown()
    try await Self.administer(serverURL, "DROP DATABASE \(name) WITH (FORCE)")
  }

  /// A keyword that comes later wins.
  private static func url(_ url: String, database: String) -> String {
    guard url.contains("://") else { return url + " dbname=\(database)" }
    return url + (url.contains("?") ? "&" : "?") + "dbname=\(database)"
  }
}

extension FieldCall {
  /// A call with arguments as the schema coerces them.
  static func of(
    _ workspace: WorkspaceID,
    _ arguments: [String: InputValue] = [:],
    at now: Instant = TraceSample.now
  ) -> FieldCall {
    let names = arguments.keys.sorted()
    return FieldCall(
      arguments: ArgumentValues(names: names, values: names.map { arguments[$0] }),
      workspaceID: workspace,
      now: now
    )
  }
}

extension JSONValue {
  /// The keys of an object in their order.
  var keys: [String] { members.map(\.key) }
  /// The value's JSON.
  var json: String { String(decoding: text, as: UTF8.self) }
}
