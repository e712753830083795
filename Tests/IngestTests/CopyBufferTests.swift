import Database
import TestSupport
import Testing

@testable import Ingest

@Suite struct CopyBufferTests {
  @Test func writesHeaderRowsAndTrailer() {
    var buffer = CopyBuffer(reserving: 64)
    buffer.beginRow(fields: 2)
    buffer.int4(258)
    buffer.text(nil)
    buffer.finish()
    var expected = Array("PGCOPY\n".utf8)
    expected += [0xFF, 0x0D, 0x0A, 0x00, 0, 0, 0, 0, 0, 0, 0, 0]
    expected += [0, 2, 0, 0, 0, 4, 0, 0, 1, 2, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]
    #expect(buffer.bytes == expected)
    #expect(buffer.rowCount == 1)
  }
}

/// Our encodings against the server's own.
@Suite(.enabled(if: TestServers.postgresURL != nil, TelemetryDatabase.absence), .inTurn)
struct CopyBufferServerTests {
  /// The value of one field, without its length, in hexadecimal.
  private func encoded(_ write: (inout CopyBuffer) -> Void) -> String {
    var buffer = CopyBuffer(reserving: 64)
    let start = buffer.bytes.count
    write(&buffer)
    return buffer.bytes[(start + 4)...].map { hexadecimal(UInt64($0), digits: 2) }.joined()
  }

  private func check(_ pairs: [(sql: String, ours: String)]) async throws {
    try await TelemetryDatabase.with { database in
      let theirs = try await database.column(
        pairs.enumerated().map { "SELECT \($0.offset), encode(\($0.element.sql), 'hex')" }
          .joined(separator: " UNION ALL ").wrappedAsOrderedColumn
      )
      for (pair, expected) in zip(pairs, theirs) { #expect(pair.ours == expected, "\(pair.sql)") }
      #expect(theirs.count == pairs.count)
    }
  }

  @Test func numericIsTheServers() async throws {
    let digits = "12345678901234567890123456789012345"
    var texts = [
      "0", "0.0", "0.000000", "1", "-1", "9999", "10000", "10001", "99999999", "100000000", "0.1", "0.01", "0.001",
      "0.0001", "0.00001",
      "0.00000001", "1.0", "1.10", "1.1000", "1.10000", "12345.678", "-0.0250", "100.5", "40000.0004",
      "999999.99999999999999999999999999",
      "0.00000000000000000000000001", "18446744073709551615", "18446744073709551616",
      "1000000000000000000000000000000000000",
    ]
    for scale in 1...26 { texts.append("\(digits.dropLast(scale)).\(digits.suffix(scale))") }
    try await check(
      try texts.map { text in
        let decimal = try #require(ExactDecimal(text))
        return ("numeric_send('\(text)'::numeric)", encoded { $0.numeric(decimal) })
      }
    )
  }

  @Test func timestamptzIsTheServers() async throws {
    let texts = [
      "1970-01-01T00:00:00Z", "1999-12-31T23:59:59.999999Z", "2000-01-01T00:00:00Z", "2026-03-14T09:26:53.123456Z",
    ]
    try await check(
      try texts.map { text in
        let instant = try #require(TraceTimestamp(text))
        return ("timestamptz_send('\(text)'::timestamptz)", encoded { $0.timestamptz(instant) })
      }
    )
  }

  @Test func textArraysJSONAndUUIDsAreTheServers() async throws {
    let id = try #require(UUIDBytes("0189abcd-ef01-4234-8567-89abcdef0123"))
    try await check([
      ("array_send('{}'::text[])", encoded { $0.textArray([]) }),
      ("array_send('{a,\"\",\"ü, \\\"x\\\"\"}'::text[])", encoded { $0.textArray(["a", "", "ü, \"x\""]) }),
      ("jsonb_send('{\"a\": 1}'::jsonb)", encoded { $0.jsonb(Array("{\"a\": 1}".utf8)) }),
      ("uuid_send('\(id)'::uuid)", encoded { $0.uuid(id) }),
      ("int4send(-7)", encoded { $0.int4(-7) }),
    ])
  }
}

extension String {
  /// The second column of a query, in the order of the first.
  fileprivate var wrappedAsOrderedColumn: String { "SELECT value FROM (\(self)) q (number, value) ORDER BY number" }
}
