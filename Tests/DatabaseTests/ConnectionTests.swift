import Database
import TestSupport
import Testing

@Suite(.enabled(if: TestDatabase.isAvailable, "TRACEGATE_TEST_PG_URL is not set"), .inTurn)
struct ConnectionTests {
  @Test func transactionsCommitOrLeaveNothing() async throws {
    struct Stop: Error {}
    try await TestDatabase.with { database in
      try await database.withPool(maximum: 1) { pool in
        try await pool.withConnection { connection in
          try await connection.execute("CREATE TABLE t (n int PRIMARY KEY)")
          let insert = SQLStatement("insert", "INSERT INTO t VALUES ($1::int)")
          let two = try await connection.transaction {
            try await connection.query(SQLQuery(insert, [.int(1)])).affectedRows
              + connection.query(SQLQuery(insert, [.int(2)])).affectedRows
          }
          #expect(two == 2)
          await #expect(throws: Stop.self) {
            try await connection.transaction {
              _ = try await connection.query(SQLQuery(insert, [.int(3)]))
              throw Stop()
            }
          }
          let duplicate = await #expect(throws: DatabaseError.self) {
            try await connection.transaction { _ = try await connection.query(SQLQuery(insert, [.int(1)])) }
          }
          #expect(duplicate?.sqlState == .uniqueViolation)
          let swallowed = await #expect(throws: DatabaseError.self) {
            try await connection.transaction { _ = try? await connection.query(SQLQuery(insert, [.int(1)])) }
          }
          #expect(swallowed?.sqlState == .inFailedTransaction)
          #expect(try await connection.execute("SELECT count(*) FROM t")?.int(0, 0) == 2)
        }
      }
    }
  }

  @Test func aFailureInsideATransactionIsNotSentAgain() async throws {
    try await TestDatabase.with { database in
      try await database.withPool(maximum: 1) { pool in
        let one = SQLStatement("one", "SELECT 1")
        let codes = try await pool.withConnection { connection in
          try await connection.execute("BEGIN")
          let results = await connection.pipeline([
            SQLQuery(one), SQLQuery(SQLStatement("bad", "SELECT 1/0")), SQLQuery(one),
          ])
          return results.map(\.failureCode)
        }
        #expect(codes == [nil, .sql(SQLState("22012")), .sql(.inFailedTransaction)])
        // Given back within a transaction: closed, not handed on.
        #expect(try await pool.query(SQLQuery(one)).int(0, 0) == 1)
        #expect(pool.statistics.connectionsOpened == 2)
      }
    }
  }

  @Test func copiesTenThousandRowsInPieces() async throws {
    try await TestDatabase.with { database in
      try await database.withPool(maximum: 1) { pool in
        try await pool.withConnection { connection in
          try await connection.execute("CREATE TABLE t (n int, s text)")
          let data = BinaryRows.rows(10_000)
          // Pieces that respect no boundary.
          let pieces = stride(from: 0, to: data.count, by: 7_777).map { Array(data[$0..<min($0 + 7_777, data.count)]) }
          #expect(try await connection.copyIn("COPY t FROM STDIN (FORMAT binary)", chunks: pieces) == 10_000)
          let result = try await connection.execute("SELECT count(*), sum(n), max(length(s)) FROM t")
          #expect(result?.int(0, 0) == 10_000)
          #expect(result?.int(0, 1) == 49_995_000)
          #expect(result?.int(0, 2) == 100)
        }
      }
    }
  }

  @Test func aFailedCopyLeavesTheConnectionUsable() async throws {
    struct Stop: Error {}
    try await TestDatabase.with { database in
      try await database.withPool(maximum: 1) { pool in
        try await pool.withConnection { connection in
          try await connection.execute("CREATE TABLE t (n int, s text)")
          let badData = await #expect(throws: DatabaseError.self) {
            try await connection.copyIn("COPY t FROM STDIN (FORMAT binary)") { writer in
              for _ in 0..<200 { try await writer.write(Array(repeating: 1, count: 100_000)) }
            }
          }
          #expect(badData?.sqlState == SQLState("22P04"))
          await #expect(throws: Stop.self) {
            try await connection.copyIn("COPY t FROM STDIN (FORMAT binary)") { writer in
              try await writer.write(BinaryRows.rows(10))
              throw Stop()
            }
          }
          let noTable = await #expect(throws: DatabaseError.self) {
            try await connection.copyIn("COPY nowhere FROM STDIN", chunks: [])
          }
          #expect(noTable?.sqlState == .undefinedTable)
          let noCopy = await #expect(throws: DatabaseError.self) { try await connection.copyIn("SELECT 1", chunks: []) }
          #expect(noCopy?.message == "Not a COPY … FROM STDIN.")
          #expect(try await connection.execute("SELECT count(*) FROM t")?.int(0, 0) == 0)
        }
        #expect(pool.statistics.connectionsOpened == 1)
      }
    }
  }

  @Test func aCopySentByExecuteIsRefused() async throws {
    try await TestDatabase.with { database in
      try await database.withPool(maximum: 1) { pool in
        let error = await #expect(throws: DatabaseError.self) {
          try await pool.withConnection { try await $0.execute("COPY pg_class FROM STDIN") }
        }
        #expect(error?.code == .misuse)
        let next = try await pool.query(SQLQuery(SQLStatement("one", "SELECT 1")))
        #expect(next.int(0, 0) == 1)
      }
    }
  }

  @Test func twoOperationsAtOnceAreRefused() async throws {
    try await TestDatabase.with { database in
      try await database.withPool(maximum: 1) { pool in
        try await pool.withConnection { connection in
          let sleep = SQLQuery(SQLStatement("sleep", "SELECT pg_sleep(60)"))
          let first = Task { await connection.pipeline([sleep]) }
          try await database.waitForSleeper()
          let second = await connection.pipeline([sleep])
          #expect(second[0].failureCode == .misuse)
          await #expect(throws: DatabaseError.self) { try await connection.execute("SELECT 1") }
          first.cancel()
          #expect(await first.value[0].failureCode == .cancelled)
        }
      }
    }
  }

  @Test func statementsSurviveDeallocationAndChangedTables() async throws {
    try await TestDatabase.with { database in
      try await database.withPool(maximum: 1) { pool in
        let all = SQLQuery(SQLStatement("all", "SELECT * FROM t"))
        _ = try await pool.withConnection { try await $0.execute("CREATE TABLE t AS SELECT 1 AS a") }
        #expect(try await pool.query(all).columnCount == 1)
        _ = try await pool.withConnection { try await $0.execute("ALTER TABLE t ADD COLUMN b int") }
        #expect(try await pool.query(all).columnCount == 2)
        _ = try await pool.withConnection { try await $0.execute("DEALLOCATE ALL") }
        #expect(try await pool.query(all).columnCount == 2)
        #expect(pool.statistics.connectionsOpened == 1)
      }
    }
  }

  @Test func statementTimeoutIsReportedAsTimeout() async throws {
    try await TestDatabase.with { database in
      try await database.withPool(maximum: 1, { $0.statementTimeout = .milliseconds(50) }) { pool in
        let error = await #expect(throws: DatabaseError.self) {
          try await pool.query(SQLQuery(SQLStatement("sleep", "SELECT pg_sleep(10)")))
        }
        #expect(error?.code == .timeout)
        #expect(error?.message == "The database took too long to answer.")
      }
    }
  }

  @Test func aReadOnlyPoolCannotWrite() async throws {
    try await TestDatabase.with { database in
      try await database.withPool(readOnly: true) { pool in
        let error = await #expect(throws: DatabaseError.self) {
          try await pool.query(SQLQuery(SQLStatement("create", "CREATE TABLE t ()")))
        }
        #expect(error?.sqlState == .readOnlyTransaction)
      }
    }
  }

  /// More statements than a connection keeps: the oldest make room on the server too.
  @Test func preparedStatementsAreBounded() async throws {
    try await TestDatabase.with { database in
      try await database.withPool(maximum: 1) { pool in
        for first in stride(from: 0, to: 700, by: 100) {
          let results = try await pool.pipeline(
            (first..<first + 100).map { SQLQuery(SQLStatement("n\($0)", "SELECT \($0)")) }
          )
          #expect(try results.map { try $0.get().int(0, 0) } == (first..<first + 100).map { Int64($0) })
        }
        let count = try await pool.query(SQLQuery(SQLStatement("count", "SELECT count(*) FROM pg_prepared_statements")))
        #expect(try #require(count.int(0, 0)) <= 257)
      }
    }
  }
}

/// `COPY … (FORMAT binary)` data of rows (n int, s text), by hand.
enum BinaryRows {
  static func rows(_ count: Int) -> [UInt8] {
    var bytes = Array("PGCOPY\n".utf8) + [0xff, 0x0d, 0x0a, 0] + [0, 0, 0, 0, 0, 0, 0, 0]
    for number in 0..<count {
      bytes += [0, 2, 0, 0, 0, 4] + withUnsafeBytes(of: Int32(number).bigEndian, Array.init)
      bytes += [0, 0, 0, 100] + Array(repeating: UInt8(ascii: "x"), count: 100)
    }
    return bytes + [0xff, 0xff]
  }
}
