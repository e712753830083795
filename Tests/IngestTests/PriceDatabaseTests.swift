import Database
import Foundation
import TestSupport
import Testing

@testable import Ingest

/// `model_prices`: filled with the list prices, changed by SQL.
@Suite(.enabled(if: TestServers.postgresURL != nil, TelemetryDatabase.absence), .inTurn)
struct PriceDatabaseTests {
  private static let workspace = UUIDBytes(high: 1, low: 3)

  @Test func isFilledWithTheListPrices() async throws {
    try await TelemetryDatabase.with { database in
      let table = try await PriceTable.read(from: database.pool)
      #expect(Set(table.all) == Set(PriceTable.listPrices.all))
      #expect(table.resellers == PriceTable.listPrices.resellers)
    }
  }

  /// A new price costs what comes after it, to the last digit; what a trace says of its own cost stays.
  @Test func aChangedPriceCountsFromItsTimeOn() async throws {
    try await TelemetryDatabase.with { database in
      _ = try await database.column(
        """
        INSERT INTO model_prices (provider, model, valid_from, input_usd, output_usd) VALUES
          ('openai', 'gpt-5', '2026-03-12Z', 0.000000000001, 7.123456789),
          ('us', 'our-model', '2026-03-12Z', 1, 0)
        """
      )
      func line(_ id: String, _ day: Int, _ model: String, _ more: String = "") -> String {
        #"{"trace_id":"\#(id)","agent_id":"a","timestamp":"2026-03-\#(day)T00:00:00Z","latency_ms":1,"status":"success","#
          + #""model":"\#(model)","tokens_input":3,"tokens_output":7\#(more)}"#
      }
      let lines = [
        line("a", 11, "gpt-5"), line("b", 12, "gpt-5-2026-01-01"), line("c", 12, "gpt-5", #","cost_usd":0.5"#),
        line("d", 11, "our-model"), line("e", 12, "our-model"), line("f", 12, "nobodys-model"),
      ]
      let path = NSTemporaryDirectory() + "tracegate-prices-\(UInt64.random(in: .min ... .max))"
      try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: path))
      defer { try? FileManager.default.removeItem(atPath: path) }
      let loader = TraceLoader(
        writer: TraceWriter(pool: database.pool),
        workspace: Self.workspace,
        prices: try await PriceTable.read(from: database.pool)
      )
      #expect(try await loader.load(file: path).accepted == 6)
      let costs = try await database.column(
        "SELECT trace_id || ' ' || COALESCE(cost_usd::text, 'null') FROM traces ORDER BY 1"
      )
      // 3 × 1.25 + 7 × 10, and 3 × 10^-12 + 7 × 7.123456789, of a millionth each.
      #expect(costs == ["a 0.00007375", "b 0.000049864197523003", "c 0.5", "d null", "e 0.000003", "f null"])
    }
  }

  @Test(arguments: [
    "'OpenAI', 'm', 1, 1", "'openai', 'M', 1, 1", "'openai', 'm', -1, 1", "'openai', 'm', 1, 'NaN'",
    "'openai', 'm', 1000000, 1", "'openai', 'm', 0.0000000000001, 1",
  ])
  func refusesWhatIsNoPrice(values: String) async throws {
    try await TelemetryDatabase.with { database in
      let error = await #expect(throws: DatabaseError.self) {
        _ = try await database.column(
          "INSERT INTO model_prices (provider, model, input_usd, output_usd) VALUES (\(values))"
        )
      }
      #expect(error?.sqlState == .checkViolation)
    }
  }
}
