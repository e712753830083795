import Database
import TestSupport
import Testing

/// What goes in comes out, whatever it holds.
@Suite(.enabled(if: TestDatabase.isAvailable, "TRACEGATE_TEST_PG_URL is not set"), .inTurn)
struct ValueTests {
  private static let hostile = [
    "", " ", "'", "''; DROP TABLE users; --", "\"", "\\", "\\'", "$1", "%s%n", "{}", "{\"a\"}", "NULL", "null",
    "\u{1}\n\r\t",
    "é̈漢字🏳️‍🌈", "\u{7f}\u{80}\u{7ff}\u{800}\u{ffff}\u{10ffff}", "\u{feff}", "\u{202e}",
    String(repeating: "x", count: 1_000_000),
  ]

  @Test func textSurvivesUnchanged() async throws {
    let echo = SQLStatement("echo", "SELECT $1::text, $2::text[], cardinality($2::text[])")
    try await TestDatabase.with { database in
      try await database.withPool { pool in
        let results = try await pool.pipeline(Self.hostile.map { SQLQuery(echo, [.text($0), .textArray([$0, $0])]) })
        for (text, result) in zip(Self.hostile, results) {
          #expect(try result.get().string(0, 0) == text)
          #expect(try result.get().int(0, 2) == 2)
        }
        let unnest = SQLStatement("unnest", "SELECT t FROM unnest($1::text[]) WITH ORDINALITY AS u (t, n) ORDER BY n")
        let rows = try await pool.query(SQLQuery(unnest, [.textArray(Self.hostile)]))
        #expect((0..<rows.rowCount).map { rows.string($0, 0) } == Self.hostile)
      }
    }
  }

  @Test func otherKindsSurviveUnchanged() async throws {
    let echo = SQLStatement(
      "kinds",
      "SELECT $1::bigint, $2::boolean, $3::double precision, $4::numeric, $5::text, octet_length($6::bytea), $6::bytea = '\\x00ff27'"
    )
    try await TestDatabase.with { database in
      try await database.withPool { pool in
        let result = try await pool.query(
          SQLQuery(echo, [.int(.min), .bool(true), .double(0.1), .text("0.10"), .null, .bytes([0, 255, 39])])
        )
        #expect(result.int(0, 0) == .min)
        #expect(result.bool(0, 1) == true)
        #expect(result.double(0, 2) == 0.1)
        #expect(result.string(0, 3) == "0.10")
        #expect(result.isNull(0, 4) && result.string(0, 4) == nil && result.int(0, 4) == nil)
        #expect(result.int(0, 5) == 3 && result.bool(0, 6) == true)
        #expect(result.int(0, 3) == nil && result.bool(0, 0) == nil)
        #expect(result.columnCount == 7 && result.rowCount == 1)
        let count = result.withBytes(0, 3) { $0.count }
        #expect(count == 4)
      }
    }
  }

  @Test func integersAtTheEdgesAreReadExactly() async throws {
    let edges = SQLStatement(
      "edges",
      "SELECT 9223372036854775807, -9223372036854775808, 9223372036854775808::numeric, -1, ''"
    )
    try await TestDatabase.with { database in
      try await database.withPool { pool in
        let result = try await pool.query(SQLQuery(edges))
        #expect((0..<5).map { result.int(0, $0) } == [.max, .min, nil, -1, nil])
      }
    }
  }

  @Test func instantsAreInUTC() async throws {
    try await TestDatabase.with { database in
      try await database.withPool { pool in
        let result = try await pool.query(
          SQLQuery(SQLStatement("instant", "SELECT $1::timestamptz"), [.text("2026-03-14T09:26:53.5+02:00")])
        )
        #expect(result.string(0, 0) == "2026-03-14 07:26:53.5+00")
      }
    }
  }

  /// More bytes than socket buffers hold, in both directions at once.
  @Test func largeBatchesNeitherBlockNorMix() async throws {
    let echo = SQLStatement("large", "SELECT $1::text || $2::text")
    try await TestDatabase.with { database in
      try await database.withPool(readOnly: true) { pool in
        let block = String(repeating: "0123456789abcdef", count: 32_768)
        let results = try await pool.pipeline((0..<40).map { SQLQuery(echo, [.text(block), .text("\($0)")]) })
        for (index, result) in results.enumerated() {
          #expect(try result.get().string(0, 0) == block + "\(index)")
        }
      }
    }
  }
}
