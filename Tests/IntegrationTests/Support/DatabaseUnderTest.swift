import Foundation
import Glibc
import TestSupport
import Testing

/// A database of a test's own that commands of the executable work on.
struct DatabaseUnderTest {
  let witness: PostgresWitness
  let redis: RedisWitness
  private let binary: String
  private let environment: [String: String]

  static func with(_ body: (DatabaseUnderTest) async throws -> Void) async throws {
    guard let binary = TestServers.binary, let server = TestServers.postgresURL, let redis = TestServers.redisURL
    else { throw TestFailure(TestServers.absence) }
    let name = "it_killed_" + UUID().uuidString.lowercased().replacingOccurrences(of: "-", with: "")
    let administrator = PostgresWitness(url: server)
    try await Turnstile.heavy.pass {
      try await administrator.rows("CREATE DATABASE \(name)")
      let url = try GatewayStand.url(server, path: "/" + name)
      let database = DatabaseUnderTest(
        witness: PostgresWitness(url: url),
        redis: RedisWitness(url: redis),
        binary: binary,
        environment: ["TIMESCALE_URL": url, "POSTGRES_URL": url, "REDIS_URL": redis, "LOG_LEVEL": "warning"]
      )
      let result: Result<Void, any Error>
      do { result = .success(try await body(database)) } catch { result = .failure(error) }
      try await administrator.rows("DROP DATABASE \(name) WITH (FORCE)")
      try result.get()
    }
  }

  func start(_ arguments: String...) async throws -> Program { try await start(arguments) }

  func start(_ arguments: [String], _ settings: [String: String] = [:]) async throws -> Program {
    try await Program(binary, arguments, environment: environment.merging(settings) { $1 })
  }

  /// The schema, and traces of the last days.
  func fill() async throws {
    for arguments in [["migrate"], ["demo", "--traces", "2000", "--days", "4"]] {
      let outcome = try await start(arguments).outcome()
      guard outcome.status == 0 else { throw TestFailure(outcome.errors) }
    }
  }

  /// How many days `rebuild-rollups --check` finds wrong.
  func differing() async throws -> Int {
    let outcome = try await start("rebuild-rollups", "--check").outcome()
    if outcome.status == 0, outcome.output.hasSuffix("all equal.\n") { return 0 }
    guard let words = outcome.output.split(separator: ": ").last?.split(separator: " "), let count = Int(words[0])
    else {
      throw TestFailure("not what --check says: \(outcome.output)\(outcome.errors)")
    }
    return count
  }

  /// A session that has run a statement and does not end its transaction.
  func blocker(_ sql: String) async throws -> Program {
    let program = try await Program(
      "psql",
      [witness.url, "-Xq", "-c", "BEGIN", "-c", sql, "-c", "SELECT pg_sleep(600)"]
    )
    try await Patience.wait(for: "the blocker; it said: \(program.errorsSoFar)") {
      try await sessions("query LIKE '%pg_sleep(600)%'") == 1 ? () : nil
    }
    return program
  }

  func release(_ blocker: Program) async throws {
    try await witness.rows(
      "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE \(Self.others) AND query LIKE '%pg_sleep(600)%'"
    )
    _ = await blocker.outcome()
  }

  /// Kills a command when a statement of it waits for a lock.
  func kill(_ victim: Program) async throws {
    try await Patience.wait(for: "the statement that waits; the command said: \(victim.errorsSoFar)") {
      try await sessions("wait_event_type = 'Lock'") == 1 ? () : nil
    }
    victim.signal(SIGKILL)
    #expect(await victim.outcome().status == 128 + SIGKILL)
  }

  /// Until what the server still does for a client that is gone is over.
  func waitUntilAlone() async throws {
    try await Patience.wait(for: "the end of the other sessions") {
      try await sessions("backend_type = 'client backend'") == 0 ? () : nil
    }
  }

  private static let others = "datname = current_database() AND pid <> pg_backend_pid()"

  private func sessions(_ condition: String) async throws -> Int {
    Int(try await witness.value("SELECT count(*) FROM pg_stat_activity WHERE \(Self.others) AND \(condition)")) ?? -1
  }
}
