import Testing

@testable import Resolver

@Suite struct InstantTests {
  @Test(arguments: [
    ("1970-01-01T00:00:00Z", 0),
    ("2026-03-14T09:26:53Z", 1_773_480_413_000_000),
    ("2026-03-14T09:26:53.5Z", 1_773_480_413_500_000),
    ("2026-03-14T09:26:53.000001Z", 1_773_480_413_000_001),
    ("2000-02-29T23:59:59Z", 951_868_799_000_000),
    ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
  ])
  func readsAndWritesTheSameText(text: String, microseconds: Int64) throws {
    #expect(try Instant(parsing: text).microseconds == microseconds)
    #expect(Instant(microseconds: microseconds).text == text)
  }

  @Test(arguments: [
    ("2026-03-14T11:26:53+02:00", "2026-03-14T09:26:53Z"),
    ("2026-03-14T04:56:53-0430", "2026-03-14T09:26:53Z"),
    ("2026-03-14T10:26:53+01", "2026-03-14T09:26:53Z"),
    ("2026-03-14t09:26:53z", "2026-03-14T09:26:53Z"),
    ("2026-03-14T09:26Z", "2026-03-14T09:26:00Z"),
    ("2026-03-14T09:26:53,250Z", "2026-03-14T09:26:53.25Z"),
    ("2026-03-14T09:26:53.120000000Z", "2026-03-14T09:26:53.12Z"),
    ("2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00Z"),
  ])
  func convertsToUTC(text: String, canonical: String) throws {
    #expect(try Instant(parsing: text).text == canonical)
  }

  @Test(arguments: [
    ("", "\"\" is not an instant such as 2025-10-01T00:00:00Z"),
    ("yesterday", "\"yesterday\" is not an instant such as 2025-10-01T00:00:00Z"),
    ("2025-10-01 00:00:00Z", "\"2025-10-01 00:00:00Z\" is not an instant such as 2025-10-01T00:00:00Z"),
    ("20251001T000000Z", "\"20251001T000000Z\" is not an instant such as 2025-10-01T00:00:00Z"),
    ("2025-10-01T00:00:00Zulu", "\"2025-10-01T00:00:00Zulu\" is not an instant such as 2025-10-01T00:00:00Z"),
    ("2025-10-01T00:00:00.Z", "\"2025-10-01T00:00:00.Z\" is not an instant such as 2025-10-01T00:00:00Z"),
    ("2025-10-01", "\"2025-10-01\" has no time of day; write 2025-10-01T00:00:00Z"),
    (
      "2025-10-01T08:30:00",
      "\"2025-10-01T08:30:00\" has no offset from UTC; write 2025-10-01T08:30:00Z if it is in UTC"
    ),
    ("2025-13-01T00:00:00Z", "\"2025-13-01T00:00:00Z\" has no such month"),
    ("2025-02-29T00:00:00Z", "\"2025-02-29T00:00:00Z\" names a day that the month does not have"),
    ("2025-10-00T00:00:00Z", "\"2025-10-00T00:00:00Z\" names a day that the month does not have"),
    ("2025-10-01T24:00:00Z", "\"2025-10-01T24:00:00Z\" names a time of day that does not exist"),
    ("2025-10-01T23:59:60Z", "\"2025-10-01T23:59:60Z\" names a time of day that does not exist"),
    ("2025-10-01T00:00:00+24:00", "\"2025-10-01T00:00:00+24:00\" has an offset from UTC that does not exist"),
    ("2025-10-01T00:00:00.0000001Z", "\"2025-10-01T00:00:00.0000001Z\" is finer than a microsecond"),
    ("1969-12-31T23:59:59Z", "\"1969-12-31T23:59:59Z\" lies outside the years 1970 to 9999"),
    ("1970-01-01T00:30:00+01:00", "\"1970-01-01T00:30:00+01:00\" lies outside the years 1970 to 9999"),
    ("2025-10-01T00:00:00٠", "\"2025-10-01T00:00:00٠\" is not an instant such as 2025-10-01T00:00:00Z"),
  ])
  func saysWhatIsWrong(text: String, message: String) {
    #expect(throws: InstantError(message: message)) { try Instant(parsing: text) }
  }

  @Test func everyDayOfTheCalendarIsCountedOnce() {
    var expected = CivilDate(year: 1968, month: 1, day: 1)
    for days in Int64(-731)..<Int64(60_000) {
      let date = CivilDate(daysSinceEpoch: days)
      #expect(date == expected)
      #expect(date.daysSinceEpoch == days)
      expected.day += 1
      if expected.day > CivilDate.days(inMonth: expected.month, of: expected.year) {
        expected = CivilDate(year: expected.year, month: expected.month, day: 1).adding(months: 1)
      }
    }
  }

  @Test func writesInstantsBeforeTheEpoch() {
    #expect(Instant(microseconds: -1).text == "1969-12-31T23:59:59.999999Z")
    #expect(Instant(microseconds: -1).seconds == -1)
    #expect(Instant(microseconds: -1).fraction == 999_999)
  }

  @Test func theClockIsPastTheYearOfWriting() throws {
    #expect(Instant.now() > (try Instant(parsing: "2026-01-01T00:00:00Z")))
  }
}
