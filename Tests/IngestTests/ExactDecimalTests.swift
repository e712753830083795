import Testing

@testable import Ingest

@Suite struct ExactDecimalTests {
  @Test(arguments: [
    ("0", "0"), ("-0", "0"), ("7", "7"), ("12.50", "12.50"), ("0.1", "0.1"), ("-3.25", "-3.25"), ("1e3", "1000"),
    ("15e-4", "0.0015"), ("1.5E+2", "150"), ("6.000000000000001e-08", "0.00000006000000000000001"),
    ("0.30000000000000004", "0.30000000000000004"), ("0e-900", "0." + String(repeating: "0", count: 26)),
    ("1" + String(repeating: "0", count: 30), "1" + String(repeating: "0", count: 30)),
    ("0.1" + String(repeating: "0", count: 30), "0.1" + String(repeating: "0", count: 25)),
  ])
  func keepsTheDigits(text: String, written: String) {
    #expect(ExactDecimal(text)?.description == written)
  }

  @Test(arguments: [
    "", "-", "+1", "01", ".5", "1.", "1e", "1e+", "0x10", "NaN", "1 ", "1,5", "1e38", "1e999999999999999999999",
    "0." + String(repeating: "0", count: 26) + "1", "1e-27", "1" + String(repeating: "0", count: 37),
  ])
  func refusesWhatIsNoNumberOrTooLong(text: String) {
    #expect(ExactDecimal(text) == nil)
  }

  @Test func comparesWithWholeNumbers() throws {
    let hundred = try #require(ExactDecimal("100.00"))
    #expect(!hundred.isGreater(than: 100))
    #expect(try #require(ExactDecimal("100.01")).isGreater(than: 100))
    #expect(try #require(ExactDecimal("99.99")).isLess(than: 100))
    #expect(!hundred.isLess(than: 100))
  }

  @Test func isAnIntegerWhenNothingFollowsThePoint() throws {
    #expect(try #require(ExactDecimal("12.000")).integer == 12)
    #expect(try #require(ExactDecimal("12.001")).integer == nil)
    #expect(try #require(ExactDecimal("1e20")).integer == nil)
  }

  @Test func dropsZerosAtTheEnd() throws {
    #expect(try #require(ExactDecimal("1.500")).trimmed.description == "1.5")
    #expect(try #require(ExactDecimal("10")).trimmed.description == "10")
    #expect(try #require(ExactDecimal("0.000")).trimmed.description == "0")
  }
}
