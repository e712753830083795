import TestSupport
import Testing

/// What TIMESCALE_REQUIRED asks of a database (SPEC §5).
@Suite(.enabled(if: TestServers.areThere, "\(TestServers.absence)"))
struct TimescaleCommandTests {
  private static let required = [
    "TIMESCALE_REQUIRED": "true", "JWT_SECRET": "only for tests, and long enough for HS256",
  ]

  @Test(.disabled(if: TestServers.hasTimescale, "for a server without TimescaleDB"))
  func aRequirementThatCannotBeMetStopsTheStart() async throws {
    try await DatabaseUnderTest.with { database in
      let migrate = try await database.start(["migrate"], Self.required).outcome()
      #expect(migrate.status == 1)
      #expect(
        migrate.errors.contains(
          "TIMESCALE_REQUIRED is true, and the database of TIMESCALE_URL cannot have the extension timescaledb: its server "
            + "must have it installed and in shared_preload_libraries, and this user must be allowed to create it."
        )
      )
      #expect(try await database.witness.value("SELECT to_regclass('traces') IS NULL") == "t")
      #expect(try await database.start("migrate").outcome().status == 0)
      let serve = try await database.start(["serve"], Self.required).outcome()
      #expect(serve.status == 1)
      #expect(
        serve.errors.contains(
          "TIMESCALE_REQUIRED is true, and the database of TIMESCALE_URL does not have the extension timescaledb."
        )
      )
    }
  }

  @Test(.enabled(if: TestServers.hasTimescale, "needs TRACEGATE_TEST_TIMESCALE=1"))
  func aRequirementMakesHypertables() async throws {
    try await DatabaseUnderTest.with { database in
      try await database.witness.rows("DROP EXTENSION timescaledb")
      #expect(try await database.start("migrate").outcome().status == 0)
      let outcome = try await database.start(["migrate"], Self.required.merging(["LOG_LEVEL": "info"]) { $1 }).outcome()
      #expect(outcome.output == "The schema is up to date.\n")
      #expect(outcome.errors.contains("traces are kept"))
      #expect(outcome.errors.contains("hypertables of TimescaleDB 2"))
    }
  }

  @Test func theSettingSaysWhatItTakes() async throws {
    try await DatabaseUnderTest.with { database in
      let outcome = try await database.start(["migrate"], ["TIMESCALE_REQUIRED": "perhaps"]).outcome()
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("TIMESCALE_REQUIRED is `perhaps`, but takes `true` or `false`"))
    }
  }
}
