import Testing

@testable import Ingest

@Suite struct TraceTimestampTests {
  @Test(arguments: [
    ("2026-03-14T09:26:53Z", "2026-03-14T09:26:53Z"),
    ("2026-03-14t09:26:53z", "2026-03-14T09:26:53Z"),
    ("2026-03-14 09:26:53Z", "2026-03-14T09:26:53Z"),
    ("2026-03-14T10:26:53+01:00", "2026-03-14T09:26:53Z"),
    ("2026-03-14T10:26:53+0100", "2026-03-14T09:26:53Z"),
    ("2026-03-13T23:26:53-10", "2026-03-14T09:26:53Z"),
    ("2026-03-14T09:26:53.5Z", "2026-03-14T09:26:53.500Z"),
    ("2026-03-14T09:26:53.123456789Z", "2026-03-14T09:26:53.123456Z"),
    ("2026-03-14T09:26:53,000Z", "2026-03-14T09:26:53Z"),
    ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"),
    ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
    ("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"),
    ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
  ])
  func readsInstants(text: String, written: String) {
    #expect(TraceTimestamp(text)?.description == written)
  }

  @Test(arguments: [
    "", "2026-03-14", "2026-03-14T09:26:53", "2026-03-14T09:26Z", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
    "2026-00-01T00:00:00Z", "2026-01-32T00:00:00Z", "2026-03-14T24:00:00Z", "2026-03-14T09:60:00Z",
    "2026-03-14T09:26:61Z",
    "2026-03-14T09:26:53.Z", "2026-03-14T09:26:53+25:00", "2026-03-14T09:26:53+01:60", "2026-03-14T09:26:53ZZ",
    "2026-3-14T09:26:53Z", "+2026-03-14T09:26:53Z", "1773480413", "２０２６-03-14T09:26:53Z",
  ])
  func refusesOtherTexts(text: String) {
    #expect(TraceTimestamp(text) == nil)
  }

  @Test func convertsDaysBothWays() {
    for days in stride(from: Int64(-800_000), through: 3_000_000, by: 97) {
      let date = CivilDate(daysSinceEpoch: days)
      #expect(date.isValid && date.daysSinceEpoch == days)
    }
  }

  @Test func findsBuckets() throws {
    let instant = try #require(TraceTimestamp("2026-03-14T09:26:53.25Z"))
    #expect(instant.floored(toSeconds: 3600).description == "2026-03-14T09:00:00Z")
    #expect(instant.floored(toSeconds: 86_400).utcDate == "2026-03-14")
    #expect(TraceTimestamp(microseconds: -1).floored(toSeconds: 60).description == "1969-12-31T23:59:00Z")
  }
}

@Suite struct UUIDBytesTests {
  @Test func readsEitherCaseAndWritesLowerCase() {
    let id = UUIDBytes("0189ABCD-ef01-4234-8567-89abcdef0123")
    #expect(id?.high == 0x0189_ABCD_EF01_4234)
    #expect(id?.description == "0189abcd-ef01-4234-8567-89abcdef0123")
  }

  @Test(arguments: [
    "", "0189abcdef014234856789abcdef0123", "0189abcd-ef01-4234-8567-89abcdef012",
    "0189abcd-ef01-4234-8567-89abcdef01234",
    "0189abcg-ef01-4234-8567-89abcdef0123", "0189abcd_ef01-4234-8567-89abcdef0123",
    "{189abcd-ef01-4234-8567-89abcdef0123",
  ])
  func refusesOtherTexts(text: String) {
    #expect(UUIDBytes(text) == nil)
  }

  @Test func marksItsOwnAsVersion8() {
    #expect(UUIDBytes.custom(.max, .max).description == "ffffffff-ffff-8fff-bfff-ffffffffffff")
    #expect(UUIDBytes.custom(0, 0).description == "00000000-0000-8000-8000-000000000000")
  }
}

@Suite struct ByteTextTests {
  @Test func tellsSpellingsApartThatStringsDoNot() {
    let composed = "caf\u{E9}"
    let decomposed = "cafe\u{301}"
    #expect(composed == decomposed)
    #expect(ByteText(composed) != ByteText(decomposed))
    #expect(Set([ByteText(composed), ByteText(decomposed), ByteText(composed)]).count == 2)
  }

  @Test func sortsByBytes() {
    let sorted = ["Z", "a", "a\u{301}", "aa", "z", "é", "\u{10000}"].map(ByteText.init)
    #expect(
      sorted.shuffled().sorted() == [sorted[0], sorted[1], sorted[3], sorted[2], sorted[4], sorted[5], sorted[6]]
    )
  }
}
