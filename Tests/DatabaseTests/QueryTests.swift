import Database
import TestSupport
import Testing

@Suite(.enabled(if: TestDatabase.isAvailable, "TRACEGATE_TEST_PG_URL is not set"), .inTurn)
struct QueryTests {
  private static let one = SQLStatement("one", "SELECT $1::int AS n")

  @Test func answersInTheOrderOfTheQueries() async throws {
    try await TestDatabase.with { database in
      try await database.withPool(readOnly: true) { pool in
        let results = try await pool.pipeline((0..<50).map { SQLQuery(Self.one, [.int(Int64($0))]) })
        #expect(try results.map { try $0.get().int(0, 0) } == (0..<50).map { Int64($0) })
      }
    }
  }

  @Test func oneFailureLeavesTheOthersAlone() async throws {
    try await TestDatabase.with { database in
      for readOnly in [true, false] {
        try await database.withPool(readOnly: readOnly) { pool in
          let divide = SQLStatement("divide", "SELECT 10 / $1::int")
          let broken = SQLStatement("broken", "SELECT no_such_column")
          let results = try await pool.pipeline([
            SQLQuery(divide, [.int(2)]), SQLQuery(broken), SQLQuery(divide, [.int(0)]), SQLQuery(broken),
            SQLQuery(divide, [.int(5)]), SQLQuery(Self.one, [.text("x\u{0}")]), SQLQuery(Self.one, [.int(7)]),
          ])
          #expect(try results[0].get().int(0, 0) == 5)
          #expect(results[1].failureCode == .sql(SQLState("42703")))
          #expect(results[2].failureCode == .sql(SQLState("22012")))
          #expect(results[3].failureCode == .sql(SQLState("42703")))
          #expect(try results[4].get().int(0, 0) == 2)
          #expect(results[5].failureCode == .invalidParameter)
          #expect(try results[6].get().int(0, 0) == 7)
        }
      }
    }
  }
}

extension Result where Success == SQLResult, Failure == DatabaseError {
  var failureCode: DatabaseError.Code? {
    if case .failure(let error) = self { error.code } else { nil }
  }
}
