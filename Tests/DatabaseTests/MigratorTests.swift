import Database
import Logging
import TestSupport
import Testing

@Suite(.enabled(if: TestDatabase.isAvailable, "TRACEGATE_TEST_PG_URL is not set"), .inTurn)
struct MigratorTests {
  private let migrator = Migrator(logger: .silent)

  @Test func appliesBothSetsOnce() async throws {
    try await TestDatabase.with { database in
      try await database.withPool { pool in
        let all = Migration.telemetry + Migration.platform
        #expect(try await migrator.pending(pool, all).count == all.count)
        let first = try await migrator.migrate(pool, Migration.telemetry)
        #expect(first.applied.first == "telemetry 1 (tables)")
        #expect(first.applied.count == Migration.telemetry.count)
        let second = try await migrator.migrate(pool, all)
        #expect(second.applied == ["platform 1 (tables)"])
        #expect(second.versions == [.telemetry: Migration.telemetry.count, .platform: Migration.platform.count])
        #expect(try await migrator.migrate(pool, all).applied == [])
        #expect(try await migrator.pending(pool, all) == [])
      }
    }
  }

  @Test func manyAtOnceApplyEachStepOnce() async throws {
    try await TestDatabase.with { database in
      let reports = try await withThrowingTaskGroup(of: Migrator.Report.self) { group in
        for _ in 0..<8 {
          group.addTask {
            try await database.withPool(maximum: 1) { pool in
              try await Migrator(logger: .silent).migrate(pool, Migration.telemetry + Migration.platform)
            }
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(reports.flatMap(\.applied).count == Migration.telemetry.count + Migration.platform.count)
    }
  }

  @Test func refusesANewerDatabase() async throws {
    try await TestDatabase.with { database in
      try await database.withPool { pool in
        let steps = [
          Migration(set: .platform, version: 1, name: "one", sql: "CREATE TABLE one ()"),
          Migration(set: .platform, version: 2, name: "two", sql: "CREATE TABLE two ()"),
        ]
        try await migrator.migrate(pool, steps)
        let error = await #expect(throws: DatabaseError.self) { try await migrator.migrate(pool, [steps[0]]) }
        #expect(
          error?.message == "The database is newer than this program: it has platform migration 2 (two), "
            + "this program knows platform up to 1. Run the newer program."
        )
        #expect(error?.code == .migration)
      }
    }
  }

  @Test func refusesAChangedStep() async throws {
    try await TestDatabase.with { database in
      try await database.withPool { pool in
        let step = Migration(set: .platform, version: 1, name: "one", sql: "CREATE TABLE one ()")
        let changed = Migration(set: .platform, version: 1, name: "one", sql: "CREATE TABLE one (n int)")
        try await migrator.migrate(pool, [step])
        let error = await #expect(throws: DatabaseError.self) { try await migrator.migrate(pool, [changed]) }
        #expect(
          error?.message == "Migration platform 1 (one) was applied with another text than this program has "
            + "(checksum \(step.checksum) in the database, \(changed.checksum) here)."
        )
      }
    }
  }

  @Test func aFailedStepLeavesNothingAndTheNextRunGoesOn() async throws {
    try await TestDatabase.with { database in
      try await database.withPool { pool in
        let good = Migration(set: .platform, version: 1, name: "good", sql: "CREATE TABLE good ()")
        let bad = Migration(set: .platform, version: 2, name: "bad", sql: "CREATE TABLE half (); SELECT 1/0")
        let error = await #expect(throws: DatabaseError.self) { try await migrator.migrate(pool, [good, bad]) }
        #expect(error?.message == "Migration platform 2 (bad) failed; nothing of it was kept.")
        let mended = Migration(set: .platform, version: 2, name: "bad", sql: "CREATE TABLE half ()")
        let next = try await migrator.migrate(pool, [good, mended])
        #expect(next.applied == ["platform 2 (bad)"])
      }
    }
  }

  @Test func aKilledMigrationIsTakenUpByTheNextRun() async throws {
    try await TestDatabase.with { database in
      try await database.withPool { pool in
        let good = Migration(set: .platform, version: 1, name: "good", sql: "CREATE TABLE good ()")
        let suicide = Migration(
          set: .platform,
          version: 2,
          name: "half",
          sql: "CREATE TABLE half (); SELECT pg_terminate_backend(pg_backend_pid())"
        )
        let error = await #expect(throws: DatabaseError.self) { try await migrator.migrate(pool, [good, suicide]) }
        #expect(error?.code == .unavailable)
        let mended = Migration(set: .platform, version: 2, name: "half", sql: "CREATE TABLE half ()")
        let next = try await migrator.migrate(pool, [good, mended])
        #expect(next.applied == ["platform 2 (half)"])
      }
    }
  }

  /// A session that has made partitions before remembers what it did not find, and must look again when it has waited.
  @Test(.disabled(if: TestServers.hasTimescale, "hypertables make their chunks by themselves"))
  func whoWaitsForAMakerOfPartitionsFindsThemMade() async throws {
    try await TestDatabase.with { database in
      try await database.withPool({ $0.statementTimeout = nil }) { pool in
        try await migrator.migrate(pool, Migration.telemetry)
        let ensure = SQLStatement("ensure", "SELECT ensure_trace_partitions(ARRAY[$1]::date[])")
        try await pool.withConnection { first in
          try await pool.withConnection { second in
            for day in ["2031-02-20", "2031-02-21"] {
              #expect(try await second.query(SQLQuery(ensure, [.text(day)])).int(0, 0) == 3)
            }
            _ = try await first.execute("BEGIN")
            #expect(try await first.query(SQLQuery(ensure, [.text("2031-02-22")])).int(0, 0) == 3)
            async let made = second.query(SQLQuery(ensure, [.text("2031-02-22")])).int(0, 0)
            let waiting = SQLStatement(
              "waiting",
              "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'advisory' "
                + "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
            try await Patience.wait(for: "the second maker") {
              try await pool.query(SQLQuery(waiting)).int(0, 0) == 1 ? () : nil
            }
            _ = try await first.execute("COMMIT")
            #expect(try await made == 0)
          }
        }
      }
    }
  }

  /// Somebody else's rollups: a continuous aggregate is a view to PostgreSQL. It stays, and ours live beside it.
  @Test func aForeignRollupIsLeftAlone() async throws {
    try await TestDatabase.with { database in
      try await database.withPool { pool in
        try await pool.withConnection {
          _ = try await $0.execute(
            """
            CREATE VIEW traces_hourly AS SELECT timestamptz '2026-03-14T09:00Z' AS hour, 41 AS request_count;
            CREATE SCHEMA tracegate
            """
          )
        }
        let error = await #expect(throws: DatabaseError.self) { try await migrator.migrate(pool, Migration.telemetry) }
        #expect(
          error?.message
            == "Migration telemetry 1 (tables) makes a relation that is there already and is not Tracegate's; "
            + "it was left as it is. Give Tracegate a schema of its own: CREATE SCHEMA tracegate, and "
            + "?options=-csearch_path%3Dtracegate,public in the URL."
        )
      }
      try await database.withPool(url: database.url + "&options=-csearch_path%3Dtracegate,public") { pool in
        try await migrator.migrate(pool, Migration.telemetry)
        #expect(try await migrator.pending(pool, Migration.telemetry) == [])
        let relations = SQLStatement(
          "relations",
          "SELECT string_agg(relnamespace::regnamespace::text || ' ' || relkind::text, ', ' ORDER BY relkind) FROM pg_class "
            + "WHERE relname = 'traces_hourly'"
        )
        #expect(try await pool.query(SQLQuery(relations)).string(0, 0) == "tracegate r, public v")
        let counts = SQLStatement(
          "counts",
          "SELECT (SELECT count(*) FROM traces_hourly), (SELECT request_count FROM public.traces_hourly)"
        )
        let row = try await pool.query(SQLQuery(counts))
        #expect(row.int(0, 0) == 0 && row.int(0, 1) == 41)
      }
    }
  }

  @Test func refusesGapsInTheNumbering() async throws {
    try await TestDatabase.with { database in
      try await database.withPool { pool in
        let error = await #expect(throws: DatabaseError.self) {
          try await migrator.migrate(pool, [Migration(set: .platform, version: 2, name: "two", sql: "SELECT 1")])
        }
        #expect(error?.message == "The platform migrations are not numbered 1, 2, 3, … in order.")
      }
    }
  }

  @Test(.disabled(if: TestServers.hasTimescale, "hypertables make their chunks by themselves"))
  func partitionsAreMadeOnceByManyAtOnce() async throws {
    try await TestDatabase.with { database in
      try await database.withPool(maximum: 8) { pool in
        try await migrator.migrate(pool, Migration.telemetry)
        let ensure = SQLStatement("ensure", "SELECT ensure_trace_partitions($1::date, $2::date)")
        let made = try await withThrowingTaskGroup(of: Int64.self) { group in
          for _ in 0..<8 {
            group.addTask {
              try await pool.query(SQLQuery(ensure, [.text("2031-02-27"), .text("2031-03-02")])).int(0, 0) ?? -1
            }
          }
          return try await group.reduce(0, +)
        }
        #expect(made == 3 * 4)
        let old = try await pool.query(SQLQuery(ensure, [.text("2001-01-01"), .text("2001-01-09")]))
        #expect(old.int(0, 0) == 0)
        let error = await #expect(throws: DatabaseError.self) {
          try await pool.query(SQLQuery(ensure, [.text("2040-01-01"), .text("2090-01-01")]))
        }
        #expect(error?.sqlState == SQLState("54000"))
      }
    }
  }
}
