import Database
import Logging
import TestSupport
import Testing

/// Replicas are databases whose own functions say how far behind they are: a search path puts them before PostgreSQL's.
@Suite(.enabled(if: TestServers.postgresURL != nil), .inTurn)
struct ReadPoolsTests {
  private static let name = SQLStatement(
    "which",
    "SELECT application_name FROM pg_stat_activity WHERE pid = pg_backend_pid()"
  )

  @Test func readsReplicasInTurnAndTheMainDatabaseWhenTheyAreFarBehind() async throws {
    try await TestDatabase.with { database in
      let url = database.url
      let main = Self.pool(url, "main")
      let replicas = [Self.pool(url, "first"), Self.pool(url, "second")]
      let far = Self.pool(url + Self.parameter(url, "options=-csearch_path%3Dpublic,pg_catalog"), "far")
      defer { for pool in [main, far] + replicas { pool.shutDown() } }
      try await Self.pretendLag(main)
      let pools = ReadPools(main: main, replicas: replicas + [far], logger: .silent)
      // Nobody has said yet that they can be read.
      #expect(try await Self.served(by: pools, times: 3) == ["main", "main", "main"])
      await pools.check()
      #expect(Set(try await Self.served(by: pools, times: 6)) == ["first", "second"])
      let alone = ReadPools(main: main, replicas: [far], maximumLag: .seconds(60), logger: .silent)
      await alone.check()
      #expect(try await Self.served(by: alone, times: 2) == ["main", "main"])
      let patient = ReadPools(main: main, replicas: [far], maximumLag: .seconds(7200), logger: .silent)
      await patient.check()
      #expect(try await Self.served(by: patient, times: 2) == ["far", "far"])
    }
  }

  @Test func aReplicaThatGoesAwayCostsNoAnswer() async throws {
    try await TestDatabase.with { database in
      let url = database.url
      let main = Self.pool(url, "main")
      let gone = Self.pool(url, "gone")
      defer { main.shutDown() }
      let pools = ReadPools(main: main, replicas: [gone], logger: .silent)
      await pools.check()
      let before = try await Self.served(by: pools, times: 1)
      #expect(before == ["gone"])
      gone.shutDown()
      #expect(try await Self.served(by: pools, times: 2) == ["main", "main"])
      await pools.check()
      #expect(try await Self.served(by: pools, times: 1) == ["main"])
    }
  }

  /// An error of the statement itself is the answer: no other server would know better.
  @Test func anErrorOfTheStatementIsNotTriedElsewhere() async throws {
    try await TestDatabase.with { database in
      let url = database.url
      let main = Self.pool(url, "main")
      let replica = Self.pool(url, "replica")
      defer { for pool in [main, replica] { pool.shutDown() } }
      let pools = ReadPools(main: main, replicas: [replica], logger: .silent)
      await pools.check()
      let results = try await pools.pipeline([SQLQuery(SQLStatement("bad", "SELECT 1 / 0"))])
      #expect(throws: DatabaseError.self) { try results[0].get() }
      #expect(main.statistics.queries == 0)
      #expect(try await Self.served(by: pools, times: 1) == ["replica"])
    }
  }

  // MARK: Pieces

  private static func served(by pools: ReadPools, times: Int) async throws -> [String] {
    var names: [String] = []
    for _ in 0..<times { names.append(try await pools.pipeline([SQLQuery(name)])[0].get().string(0, 0) ?? "") }
    return names
  }

  private static func pretendLag(_ pool: ConnectionPool) async throws {
    _ = try await pool.withConnection {
      try await $0.execute(
        """
        CREATE FUNCTION public.pg_is_in_recovery() RETURNS boolean LANGUAGE sql AS 'SELECT true';
        CREATE FUNCTION public.pg_last_xact_replay_timestamp() RETURNS timestamptz LANGUAGE sql
          AS 'SELECT clock_timestamp() - interval ''1 hour''';
        """
      )
    }
  }

  private static func pool(_ url: String, _ name: String) -> ConnectionPool {
    ConnectionPool(
      configuration: PoolConfiguration(url: url, name: name, minimum: 0, maximum: 1, applicationName: name),
      logger: .silent
    )
  }

  private static func parameter(_ url: String, _ text: String) -> String { (url.contains("?") ? "&" : "?") + text }
}
