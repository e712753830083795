import Database
import Logging
import TestSupport
import Testing

/// A database of a test's own on the server that `TRACEGATE_TEST_PG_URL` names; dropped in the end.
struct TestDatabase: Sendable {
  static let isAvailable = TestServers.postgresURL != nil

  let name: String
  let url: String

  static func with<R>(_ body: (TestDatabase) async throws -> R) async throws -> R {
    let serverURL = try #require(TestServers.postgresURL)
    let name = "tg_database_\(UInt64.random(in: .min ... .max))"
    let database = TestDatabase(name: name, url: url(serverURL, ["dbname=\(name)"]))
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

  /// A pool that reaches the database through a proxy.
  func withProxy<R>(_ body: (WireProxy, String) async throws -> R) async throws -> R {
    let proxy = try WireProxy(to: await proxyTarget())
    defer { proxy.stop() }
    return try await body(proxy, Self.url(url, ["host=127.0.0.1", "port=\(proxy.port)", "sslmode=disable"]))
  }

  /// Where the server listens, by its own account.
  private func proxyTarget() async throws -> WireProxy.Target {
    let address = try await withPool(maximum: 1) { pool in
      try await pool.query(
        SQLQuery(
          SQLStatement(
            "address",
            "SELECT host(inet_server_addr()), current_setting('port'), split_part(current_setting('unix_socket_directories'), ',', 1)"
          )
        )
      )
    }
    let port = try #require(address.int(0, 1))
    if let host = address.string(0, 0) { return .tcp(host: host, port: Int(port)) }
    return .unix(path: "\(address.string(0, 2) ?? "")/.s.PGSQL.\(port)")
  }

  /// Returns once a statement in this database is in `pg_sleep`.
  func waitForSleeper() async throws {
    let sleepers = SQLStatement(
      "sleepers",
      "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
    )
    try await withPool(maximum: 1) { pool in
      try await Patience.wait(for: "a statement that sleeps") {
        try await pool.query(SQLQuery(sleepers)).int(0, 0) == 0 ? nil : ()
      }
    }
  }

  /// Turns connections to the database away, and ends those there are, or lets them in again.
  func allowConnections(_ allowed: Bool) async throws {
    let serverURL = try #require(TestServers.postgresURL)
    try await Self.administer(serverURL, "ALTER DATABASE \(name) ALLOW_CONNECTIONS \(allowed)")
    guard !allowed else { return }
    try await Self.administer(
      serverURL,
      "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '\(name)'"
    )
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
  private static func url(_ url: String, _ more: [String]) -> String {
    guard url.contains("://") else { return ([url] + more).joined(separator: " ") }
    return url + (url.contains("?") ? "&" : "?") + more.joined(separator: "&")
  }
}

extension Logger {
  static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}
