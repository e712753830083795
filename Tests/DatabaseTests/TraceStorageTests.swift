import Database
import Foundation
import TestSupport
import Testing

/// Native partitions and TimescaleDB's hypertables (SPEC §5).
@Suite(.enabled(if: TestDatabase.isAvailable, "TRACEGATE_TEST_PG_URL is not set"), .inTurn)
struct TraceStorageTests {
  private let migrator = Migrator(logger: .silent)

  @Test func isWhatTheDatabaseCanHave() async throws {
    try await TestDatabase.with { database in
      try await database.withPool { pool in
        #expect(try await TraceStorage.read(pool).kind == nil)
        try await migrator.migrate(pool, Migration.telemetry)
        let storage = try await TraceStorage.read(pool)
        #expect(storage.kind == (TestServers.hasTimescale ? .hypertables : .partitions))
        #expect((storage.timescaleVersion != nil) == TestServers.hasTimescale)
        #expect((storage.timescaleLicense != nil) == TestServers.hasTimescale)
        #expect(
          storage.description.hasPrefix(TestServers.hasTimescale ? "hypertables of TimescaleDB 2" : "native partitions")
        )
      }
    }
  }

  @Test(.disabled(if: TestServers.hasTimescale, "for a server without TimescaleDB"))
  func aRequirementThatCannotBeMetSaysSo() async throws {
    try await TestDatabase.with { database in
      try await database.withPool { pool in
        try await migrator.migrate(pool, Migration.telemetry)
        let absent = try await #require(throws: DatabaseError.self) {
          try await TraceStorage.read(pool).requireTimescale()
        }
        #expect(
          absent.message
            == "TIMESCALE_REQUIRED is true, and the database of TIMESCALE_URL does not have the extension timescaledb."
        )
        let refused = await #expect(throws: DatabaseError.self) { try await TraceStorage.makeExtension(pool) }
        #expect(
          refused?.message == "TIMESCALE_REQUIRED is true, and the database of TIMESCALE_URL cannot have the extension "
            + "timescaledb: its server must have it installed and in shared_preload_libraries, and this user must be allowed "
            + "to create it."
        )
        try await TraceStorage.makeHypertables(pool)
        #expect(try await TraceStorage.read(pool).kind == .partitions)
      }
    }
  }

  /// The open-source edition of TimescaleDB, as Debian has it, cannot either.
  @Test func compressionIsRefusedWhereItCannotBe() async throws {
    try await TestDatabase.with { database in
      try await database.withPool { pool in
        try await migrator.migrate(pool, Migration.telemetry)
        guard try await TraceStorage.read(pool).timescaleLicense != "timescale" else { return }
        let error = await #expect(throws: DatabaseError.self) { try await TraceStorage.compress(pool, afterDays: 7) }
        #expect(
          error?.message.hasPrefix(
            "TIMESCALE_COMPRESS_AFTER_DAYS needs hypertables of TimescaleDB with the license `timescale`; the traces lie in "
          ) == true
        )
      }
    }
  }

  /// A database that gets the extension later: all that was there comes along, with indexes, functions and rights.
  @Test(.enabled(if: TestServers.hasTimescale, "needs TRACEGATE_TEST_TIMESCALE=1"))
  func partitionsBecomeHypertablesWithAllThatTheyHold() async throws {
    try await TestDatabase.with { database in
      try await database.withPool { pool in
        try await run("DROP EXTENSION timescaledb", pool)
        try await migrator.migrate(pool, Migration.telemetry)
        #expect(try await TraceStorage.read(pool).kind == .partitions)
        try await run(Self.sample, pool)
      }
      try await database.withPool { pool in
        let before = try await text(Self.state, pool)
        try await TraceStorage.makeExtension(pool)
        await #expect(throws: DatabaseError.self) { try await TraceStorage.read(pool).requireTimescale() }
        try await TraceStorage.makeHypertables(pool)
        try await TraceStorage.read(pool).requireTimescale()
        #expect(try await text(Self.state, pool) == before)
        #expect(try await text("SELECT count(*)::text FROM timescaledb_information.hypertables", pool) == "3")
        let found = "SELECT trace_id FROM trace_by_id('11111111-1111-4111-8111-111111111111', 't7')"
        #expect(try await text(found, pool) == "t7")
        try await TraceStorage.makeHypertables(pool)
        #expect(try await text(Self.state, pool) == before)
      }
    }
  }

  /// A run that is ended midway leaves partitions, and the next one does it all.
  @Test(.enabled(if: TestServers.hasTimescale, "needs TRACEGATE_TEST_TIMESCALE=1"))
  func aKilledMoveLeavesEverythingWhereItWas() async throws {
    try await TestDatabase.with { database in
      try await database.withPool { pool in
        try await run("DROP EXTENSION timescaledb", pool)
        try await migrator.migrate(pool, Migration.telemetry)
        try await run(Self.sample, pool)
      }
      try await database.withPool { pool in
        try await TraceStorage.makeExtension(pool)
        let before = try await text(Self.state, pool)
        try await pool.withConnection { blocker in
          // The move has traces and trace_io behind it when it waits for spans.
          _ = try await blocker.execute("BEGIN; LOCK TABLE spans IN ACCESS SHARE MODE")
          let victim = Task { try await TraceStorage.makeHypertables(pool) }
          try await Patience.wait(for: "the move that waits") {
            try await text(
              "SELECT count(pg_terminate_backend(pid))::text FROM pg_locks WHERE NOT granted AND relation = 'spans'::regclass",
              pool
            ) == "1" ? () : nil
          }
          await #expect(throws: DatabaseError.self) { try await victim.value }
          _ = try await blocker.execute("ROLLBACK")
        }
        #expect(try await TraceStorage.read(pool).kind == .partitions)
        try await TraceStorage.makeHypertables(pool)
        #expect(try await text(Self.state, pool) == before)
      }
    }
  }

  // MARK: Pieces

  private static let sample = """
    SELECT ensure_trace_partitions('2026-03-10', '2026-03-14');
    INSERT INTO traces (workspace_id, trace_id, agent_id, "timestamp", latency_ms, status, tags, metadata)
      SELECT '11111111-1111-4111-8111-111111111111', 't' || n, 'a', timestamptz '2026-03-10Z' + n * interval '11 minutes',
        n, 'success', ARRAY['x', n::text], jsonb_build_object('n', n) FROM generate_series(1, 500) AS n;
    INSERT INTO trace_locator SELECT workspace_id, trace_id, "timestamp" FROM traces;
    INSERT INTO trace_io SELECT workspace_id, trace_id, "timestamp", 'in ' || trace_id, NULL FROM traces;
    INSERT INTO spans (workspace_id, trace_id, "timestamp", span_id, name, kind, start_time)
      SELECT workspace_id, trace_id, "timestamp", 's', 'n', 'k', "timestamp" FROM traces;
    CREATE INDEX traces_of_a_test ON traces (workspace_id, latency_ms);
    GRANT SELECT ON traces TO pg_monitor
    """

  /// Rows, indexes, constraints, functions with their comments, and rights, as one text.
  private static let state = """
    SELECT md5((SELECT string_agg(t::text, ',' ORDER BY trace_id) FROM traces AS t)
        || (SELECT string_agg(t::text, ',' ORDER BY trace_id) FROM trace_io AS t)
        || (SELECT string_agg(t::text, ',' ORDER BY trace_id) FROM spans AS t))
      || ' ' || (SELECT string_agg(replace(indexdef, ' ON ONLY ', ' ON '), ' ' ORDER BY indexname) FROM pg_indexes
        WHERE tablename IN ('traces', 'trace_io', 'spans'))
      || ' ' || (SELECT string_agg(conname || pg_get_constraintdef(oid), ' ' ORDER BY conname) FROM pg_constraint
        WHERE conrelid IN ('traces'::regclass, 'trace_io'::regclass, 'spans'::regclass) AND contype <> 'n')
      || ' ' || (SELECT string_agg(oid::regprocedure || obj_description(oid, 'pg_proc'), ' ' ORDER BY proname) FROM pg_proc
        WHERE proname IN ('latest_traces', 'trace_by_id', 'trace_io_by_id', 'trace_spans_by_id'))
      || ' ' || has_table_privilege('pg_monitor', 'traces', 'SELECT')
    """

  private func run(_ sql: String, _ pool: ConnectionPool) async throws {
    _ = try await pool.withConnection { try await $0.execute(sql) }
  }

  private func text(_ sql: String, _ pool: ConnectionPool) async throws -> String? {
    try await pool.withConnection { try await $0.execute(sql)?.string(0, 0) }
  }
}
