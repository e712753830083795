import Database
import TestSupport
import Testing

/// What passes between us and the server, and what happens when it does not.
@Suite(.enabled(if: TestDatabase.isAvailable, "TRACEGATE_TEST_PG_URL is not set"), .inTurn)
struct WireTests {
  private static let statements = (0..<5).map {
    SQLStatement("number\($0)", "SELECT \($0) + $1::int, repeat('x', 100)")
  }
  private static let dashboard = statements.map { SQLQuery($0, [.int(10)]) }

  @Test func fiveQueriesColdAndWarmAreOneRoundTrip() async throws {
    try await TestDatabase.with { database in
      try await database.withProxy { proxy, url in
        for readOnly in [true, false] {
          try await database.withPool(maximum: 1, readOnly: readOnly, url: url) { pool in
            _ = try await pool.query(SQLQuery(SQLStatement("connect", "SELECT 1")))
            for temperature in ["cold", "warm", "warm"] {
              proxy.resetCounts()
              let results = try await pool.pipeline(Self.dashboard)
              #expect(try results.map { try $0.get().int(0, 0) } == [10, 11, 12, 13, 14])
              // Elsewhere than on a read-only pool a sync follows each query, and its answers may overtake our later
              // ones.
              if readOnly { #expect(proxy.counts.turns == 1, "\(temperature)") }
              #expect(proxy.counts.connections == 0)
            }
            #expect(pool.statistics.roundTrips == 4)
          }
        }
      }
    }
  }

  @Test func aFailingQueryCostsOneMoreRoundTrip() async throws {
    try await TestDatabase.with { database in
      try await database.withProxy { proxy, url in
        try await database.withPool(maximum: 1, readOnly: true, url: url) { pool in
          _ = try await pool.pipeline(Self.dashboard)
          proxy.resetCounts()
          let bad = SQLQuery(SQLStatement("bad", "SELECT 1 / $1::int"), [.int(0)])
          let results = try await pool.pipeline([Self.dashboard[0], bad] + Self.dashboard[1...])
          #expect(results.map { $0.failureCode == nil } == [true, false, true, true, true, true])
          #expect(proxy.counts.turns == 2)
        }
      }
    }
  }

  @Test func aCutConnectionIsReplacedAndReadsAreTriedAgain() async throws {
    try await TestDatabase.with { database in
      try await database.withProxy { proxy, url in
        try await database.withPool(maximum: 2, readOnly: true, url: url) { pool in
          _ = try await pool.pipeline(Self.dashboard)
          for bytes in [0, 1, 100, 300, 600] {
            proxy.cutAfterReplyBytes(bytes)
            let results = try await pool.pipeline(Self.dashboard)
            #expect(try results.map { try $0.get().int(0, 0) } == [10, 11, 12, 13, 14])
          }
          #expect(pool.statistics.connectionsOpened > 1)
        }
      }
    }
  }

  @Test func aCutConnectionFailsAWriteThatMayHaveHappened() async throws {
    try await TestDatabase.with { database in
      try await database.withProxy { proxy, url in
        try await database.withPool(maximum: 1, url: url) { pool in
          _ = try await pool.pipeline(Self.dashboard)
          proxy.cutAfterReplyBytes(0)
          let results = try await pool.pipeline(Self.dashboard)
          #expect(results.map(\.failureCode) == Array(repeating: .unavailable, count: 5))
          #expect(try await pool.pipeline(Self.dashboard).allSatisfy { $0.failureCode == nil })
        }
      }
    }
  }

  @Test func aSilentServerIsGivenUp() async throws {
    try await TestDatabase.with { database in
      try await database.withProxy { proxy, url in
        try await database.withPool(maximum: 1, url: url, { $0.statementTimeout = .milliseconds(100) }) { pool in
          _ = try await pool.pipeline(Self.dashboard)
          proxy.pause()
          let error = await #expect(throws: DatabaseError.self) { try await pool.query(Self.dashboard[0]) }
          #expect(error?.code == .timeout)
          proxy.resume()
          #expect(try await pool.query(Self.dashboard[0]).int(0, 0) == 10)
        }
      }
    }
  }

  @Test func cancellingAgainstASilentServerReturnsAtOnce() async throws {
    try await TestDatabase.with { database in
      try await database.withProxy { proxy, url in
        try await database.withPool(maximum: 1, url: url) { pool in
          _ = try await pool.pipeline(Self.dashboard)
          proxy.pause()
          let query = Task { try await pool.query(Self.dashboard[0]) }
          while pool.statistics.inUse == 0 { await Task.yield() }
          query.cancel()
          await #expect(throws: DatabaseError.cancelled) { try await query.value }
          proxy.resume()
          #expect(try await pool.query(Self.dashboard[1]).int(0, 0) == 11)
        }
      }
    }
  }
}
