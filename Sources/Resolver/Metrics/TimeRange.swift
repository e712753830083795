/// What the `TimeRange` scalar says: a window that slides with the clock, or one that stands still (SPEC §1, "Time ranges").
public enum TimeRange: Sendable, Hashable {
  case sliding(Length)
  case fixed(TimeWindow)

  /// The lengths that have a name.
  public enum Length: String, Sendable, Hashable, CaseIterable {
    case hour = "1h"
    case day = "24h"
    case week = "7d"
    case month = "30d"

    public var seconds: Int64 {
      switch self {
      case .hour: 3600
      case .day: 86_400
      case .week: 7 * 86_400
      case .month: 30 * 86_400
      }
    }
  }

  /// The longest window that a range may cover, in days.
  public static let maximumDays: Int64 = 400

  /// Reads `24h` and its like, or an ISO 8601 interval: `start/end`, `start/duration`, `duration/end`.
  ///
  /// Instants need an offset and are converted to UTC.
  /// - Throws: ``TimeRangeError`` that says what is wrong and what would be right.
  public init(parsing text: String) throws(TimeRangeError) {
    if let length = Length(rawValue: text) {
      self = .sliding(length)
      return
    }
    let parts = text.utf8.count <= 128 ? text.split(separator: "/", omittingEmptySubsequences: false) : []
    guard parts.count == 2 else {
      throw TimeRangeError(
        "\(text.quotedExcerpt) is neither 1h, 24h, 7d or 30d nor an interval such as "
          + "2025-10-01T00:00:00Z/2025-10-08T00:00:00Z or 2025-10-01T00:00:00Z/P7D"
      )
    }
    self = .fixed(try Self.interval(parts[0], parts[1]))
  }

  /// The one text of the range that cache keys hold: `24h`, `2025-10-01T00:00:00Z/2025-10-08T00:00:00Z`.
  public var canonicalText: String {
    switch self {
    case .sliding(let length): length.rawValue
    case .fixed(let window): "\(window.from.text)/\(window.to.text)"
    }
  }

  /// Checks a text and brings it into the form of ``canonicalText``: the coercion of the scalar.
  public static func canonicalText(of text: String) throws(TimeRangeError) -> String {
    try TimeRange(parsing: text).canonicalText
  }

  /// The window at a moment. A sliding one ends at the first whole second after `now`, so that a trace that starts
  /// `now` lies inside and all requests of one second see the same window.
  public func window(at now: Instant) -> TimeWindow {
    switch self {
    case .sliding(let length):
      let to = Instant(seconds: now.seconds + 1)
      return TimeWindow(from: to.adding(seconds: -length.seconds), to: to)
    case .fixed(let window): return window
    }
  }

  /// What a change over the range compares with: `vs last 24h`, `vs previous period`.
  public var changeLabel: String {
    switch self {
    case .sliding(let length): "vs last \(length.rawValue)"
    case .fixed: "vs previous period"
    }
  }
}

// MARK: Intervals

extension TimeRange {
  private static func interval(_ first: Substring, _ second: Substring) throws(TimeRangeError) -> TimeWindow {
    let window: TimeWindow
    switch (first.hasPrefix("P"), second.hasPrefix("P")) {
    case (true, true):
      throw TimeRangeError("an interval of two durations has no place in time; give its start or its end as an instant")
    case (false, true):
      let from = try instant(first)
      window = TimeWindow(from: from, to: try move(from, by: second, direction: 1))
    case (true, false):
      let to = try instant(second)
      window = TimeWindow(from: try move(to, by: first, direction: -1), to: to)
    case (false, false):
      window = TimeWindow(from: try instant(first), to: try instant(second))
    }
    guard window.to > window.from else {
      throw TimeRangeError("the end \(window.to) is not after the start \(window.from)")
    }
    guard window.to <= window.from.adding(seconds: maximumDays * 86_400) else {
      throw TimeRangeError("it spans more than \(maximumDays) days; ask for several shorter ranges")
    }
    return window
  }

  private static func instant(_ text: Substring) throws(TimeRangeError) -> Instant {
    do {
      return try Instant(parsing: String(text))
    } catch {
      throw TimeRangeError(error.message)
    }
  }

  private static func move(_ instant: Instant, by text: Substring, direction: Int64) throws(TimeRangeError) -> Instant {
    guard let period = CalendarPeriod(parsing: text) else {
      throw TimeRangeError("\(text.quotedExcerpt) is not a duration such as P7D or PT12H")
    }
    guard let moved = instant.moved(by: period, direction: direction) else {
      let years = Instant.readableYears
      throw TimeRangeError("it reaches outside the years \(years.lowerBound) to \(years.upperBound)")
    }
    return moved
  }
}

/// Why a text is no time range. The message is fit for clients and starts with `Invalid time range: `.
public struct TimeRangeError: Error, Sendable, Hashable, CustomStringConvertible {
  public let message: String
  public var description: String { message }

  init(_ problem: String) {
    message = "Invalid time range: \(problem)"
  }
}
