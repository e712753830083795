import Database
import Logging
import Testing

/// A database of a test's own on the server that `TRACEGATE_TEST_PG_URL` names; dropped in the end.
struct TestDatabase: Sendable {
  static var serverURL: String? {
    ProcessEnvironment.value(of: "TRACEGATE_TEST_PG_URL")
  }

  static var isAvailable: Bool { serverURL != nil }

  let name: String
  let url: String

  static func with<R>(_ body: (TestDatabase) async throws -> R) async throws -> R {
    let serverURL = try #require(serverURL)
    let name = "tg_database_\(UInt64.random(in: .min ... .max))"
    let database = TestDatabase(name: name, url: url(serverURL, database: name))
    try await administer(serverURL, "CREATE DATABASE \(name)")
    do {
      let value = try await body(database)
      try await administer(serverURL, "DROP DATABASE \(name) WITH (FORCE)")
      return value
    } catch {
      try? await administer(serverURL, "DROP DATABASE \(name) WITH (FORCE)")
      throw error
    }
  }

  /// A pool on this database whose life ends with `body`.
  func withPool<R>(
    maximum: Int = 4,
    readOnly: Bool = false,
    url: String? = nil,
    _ change: (inout PoolConfiguration) -> Void = { _ in },
    _ body: (ConnectionPool) async throws -> R
  ) async throws -> R {
    var configuration = PoolConfiguration(
      url: url ?? self.url,
      name: "test",
      minimum: 0,
      maximum: maximum,
      readOnly: readOnly
    )
    change(&configuration)
    let pool = ConnectionPool(configuration: configuration, logger: .silent)
    defer { pool.shutDown() }
    return try await body(pool)
  }

  private static func administer(_ url: String, _ sql: String) async throws {
    let pool = ConnectionPool(
      configuration: PoolConfiguration(url: url, name: "admin", minimum: 0, maximum: 1, statementTimeout: nil),
      logger: .silent
    )
    defer { pool.shutDown() }
    _ = try await pool.withConnection { try await $0.execute(sql) }
  }

  /// A keyword that comes later wins.
  static func url(_ url: String, database: String) -> String {
    guard url.contains("://") else { return url + " dbname=\(database)" }
    return url + (url.contains("?") ? "&" : "?") + "dbname=\(database)"
  }
}

extension Logger {
  static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}
