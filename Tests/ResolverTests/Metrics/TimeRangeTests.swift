import Testing

@testable import Resolver

@Suite struct TimeRangeTests {
  @Test(arguments: [
    ("1h", "1h"), ("24h", "24h"), ("7d", "7d"), ("30d", "30d"),
    ("2025-10-01T00:00:00Z/2025-10-08T00:00:00Z", "2025-10-01T00:00:00Z/2025-10-08T00:00:00Z"),
    ("2025-10-01T02:00:00+02:00/2025-10-08T00:00:00.000Z", "2025-10-01T00:00:00Z/2025-10-08T00:00:00Z"),
    ("2025-10-01T00:00:00Z/P7D", "2025-10-01T00:00:00Z/2025-10-08T00:00:00Z"),
    ("P1W/2025-10-08T00:00:00Z", "2025-10-01T00:00:00Z/2025-10-08T00:00:00Z"),
    ("2025-10-01T00:00:00Z/PT36H", "2025-10-01T00:00:00Z/2025-10-02T12:00:00Z"),
    ("2024-01-31T00:00:00Z/P1M", "2024-01-31T00:00:00Z/2024-02-29T00:00:00Z"),
    ("P1M/2024-03-31T00:00:00Z", "2024-02-29T00:00:00Z/2024-03-31T00:00:00Z"),
    ("2024-02-29T06:00:00Z/P1Y", "2024-02-29T06:00:00Z/2025-02-28T06:00:00Z"),
    ("2025-10-01T00:00:00Z/P1M2DT3H4M5S", "2025-10-01T00:00:00Z/2025-11-03T03:04:05Z"),
    ("2025-10-01T00:00:00.25Z/PT1S", "2025-10-01T00:00:00.25Z/2025-10-01T00:00:01.25Z"),
    ("2025-01-01T00:00:00Z/P400D", "2025-01-01T00:00:00Z/2026-02-05T00:00:00Z"),
  ])
  func bringsRangesIntoOneForm(text: String, canonical: String) throws {
    #expect(try TimeRange.canonicalText(of: text) == canonical)
    #expect(try TimeRange.canonicalText(of: canonical) == canonical)
  }

  private static let forms =
    "is neither 1h, 24h, 7d or 30d nor an interval such as "
    + "2025-10-01T00:00:00Z/2025-10-08T00:00:00Z or 2025-10-01T00:00:00Z/P7D"

  @Test(arguments: [
    ("", "\"\" \(forms)"),
    ("2h", "\"2h\" \(forms)"),
    ("24H", "\"24H\" \(forms)"),
    (" 24h", "\" 24h\" \(forms)"),
    ("P7D", "\"P7D\" \(forms)"),
    ("custom", "\"custom\" \(forms)"),
    ("24h'; DROP TABLE traces; --", "\"24h'; DROP TABLE traces; --\" \(forms)"),
    ("a/b/c", "\"a/b/c\" \(forms)"),
    ("/", "\"\" is not an instant such as 2025-10-01T00:00:00Z"),
    ("2025-10-01/2025-10-08", "\"2025-10-01\" has no time of day; write 2025-10-01T00:00:00Z"),
    (
      "2025-10-08T00:00:00Z/2025-10-01T00:00:00Z",
      "the end 2025-10-01T00:00:00Z is not after the start 2025-10-08T00:00:00Z"
    ),
    (
      "2025-10-01T00:00:00Z/2025-10-01T00:00:00Z",
      "the end 2025-10-01T00:00:00Z is not after the start 2025-10-01T00:00:00Z"
    ),
    ("2025-10-01T00:00:00Z/PT0S", "the end 2025-10-01T00:00:00Z is not after the start 2025-10-01T00:00:00Z"),
    ("2025-01-01T00:00:00Z/P400DT1S", "it spans more than 400 days; ask for several shorter ranges"),
    ("1970-01-01T00:00:00Z/9999-12-31T23:59:59Z", "it spans more than 400 days; ask for several shorter ranges"),
    ("P1D/P2D", "an interval of two durations has no place in time; give its start or its end as an instant"),
    ("2025-10-01T00:00:00Z/P", "\"P\" is not a duration such as P7D or PT12H"),
    ("2025-10-01T00:00:00Z/P7", "\"P7\" is not a duration such as P7D or PT12H"),
    ("2025-10-01T00:00:00Z/PT", "\"PT\" is not a duration such as P7D or PT12H"),
    ("2025-10-01T00:00:00Z/P7H", "\"P7H\" is not a duration such as P7D or PT12H"),
    ("2025-10-01T00:00:00Z/P1DT", "\"P1DT\" is not a duration such as P7D or PT12H"),
    ("2025-10-01T00:00:00Z/P1D1M", "\"P1D1M\" is not a duration such as P7D or PT12H"),
    ("2025-10-01T00:00:00Z/PT0.5H", "\"PT0.5H\" is not a duration such as P7D or PT12H"),
    ("2025-10-01T00:00:00Z/P-1D", "\"P-1D\" is not a duration such as P7D or PT12H"),
    ("2025-10-01T00:00:00Z/P9999999999D", "\"P9999999999D\" is not a duration such as P7D or PT12H"),
    ("2025-10-01T00:00:00Z/P999999999Y", "it reaches outside the years 1970 to 9999"),
    ("2025-10-01T00:00:00Z/P999999999W", "it reaches outside the years 1970 to 9999"),
    ("P57Y/2025-10-01T00:00:00Z", "it reaches outside the years 1970 to 9999"),
  ])
  func saysWhatIsWrong(text: String, problem: String) {
    #expect(throws: TimeRangeError(problem)) { try TimeRange.canonicalText(of: text) }
    #expect(TimeRangeError(problem).message == "Invalid time range: " + problem)
  }

  @Test func quotesNoMoreOfALongTextThanHelps() throws {
    let error = try #require(throws: TimeRangeError.self) {
      try TimeRange(parsing: String(repeating: "7", count: 1_000_000))
    }
    #expect(error.message.hasPrefix("Invalid time range: \"" + String(repeating: "7", count: 64) + "…\" is neither"))
    #expect(error.message.utf8.count < 300)
  }

  @Test(arguments: zip(TimeRange.Length.allCases, [3600, 86_400, 604_800, 2_592_000] as [Int64]))
  func slidesToTheNextWholeSecond(length: TimeRange.Length, seconds: Int64) throws {
    let to = try Instant(parsing: "2026-03-14T09:26:54Z")
    for now in ["2026-03-14T09:26:53Z", "2026-03-14T09:26:53.000001Z", "2026-03-14T09:26:53.999999Z"] {
      let window = TimeRange.sliding(length).window(at: try Instant(parsing: now))
      #expect(window == TimeWindow(from: to.adding(seconds: -seconds), to: to))
      #expect(window.previous == TimeWindow(from: to.adding(seconds: -2 * seconds), to: to.adding(seconds: -seconds)))
    }
  }

  @Test func standsStillWhenFixed() throws {
    let range = try TimeRange(parsing: "2025-10-01T00:00:00.5Z/PT1H")
    let window = range.window(at: Instant(seconds: 0))
    #expect(window == range.window(at: Instant.now()))
    #expect(window.previous.from.text == "2025-09-30T23:00:00.5Z")
    #expect(window.previous.to == window.from)
  }

  @Test func labelsWhatAChangeComparesWith() throws {
    let labels = TimeRange.Length.allCases.map { TimeRange.sliding($0).changeLabel }
    #expect(labels == ["vs last 1h", "vs last 24h", "vs last 7d", "vs last 30d"])
    #expect(try TimeRange(parsing: "2025-10-01T00:00:00Z/P1D").changeLabel == "vs previous period")
  }
}
