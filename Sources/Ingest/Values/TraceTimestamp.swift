private import Glibc

/// An instant in microseconds since 1970-01-01T00:00:00Z, which is the resolution that PostgreSQL keeps.
public struct TraceTimestamp: Sendable, Hashable, Comparable {
  public let microseconds: Int64

  public init(microseconds: Int64) {
    self.microseconds = microseconds
  }

  public init(seconds: Int64) {
    self.init(microseconds: seconds * 1_000_000)
  }

  /// The present instant of the system's clock.
  public static var now: TraceTimestamp {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return TraceTimestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
  }

  public static func < (left: TraceTimestamp, right: TraceTimestamp) -> Bool {
    left.microseconds < right.microseconds
  }

  public func adding(milliseconds: Int64) -> TraceTimestamp {
    TraceTimestamp(microseconds: microseconds + milliseconds * 1000)
  }

  public func adding(seconds: Int64) -> TraceTimestamp {
    TraceTimestamp(microseconds: microseconds + seconds * 1_000_000)
  }

  /// The start of the bucket of `length` seconds that holds the instant, counted from 1970-01-01 UTC.
  public func floored(toSeconds length: Int64) -> TraceTimestamp {
    let size = length * 1_000_000
    let remainder = microseconds % size
    return TraceTimestamp(microseconds: microseconds - (remainder < 0 ? remainder + size : remainder))
  }

  public static let secondsPerMinute: Int64 = 60
  public static let secondsPerHour: Int64 = 3600
  public static let secondsPerDay: Int64 = 86_400

  /// The first instant that is accepted: 1970-01-01T00:00:00Z.
  static let earliest = TraceTimestamp(microseconds: 0)
}

extension TraceTimestamp: CustomStringConvertible {
  /// ISO 8601 in UTC, `2026-03-14T09:26:53Z`; a fraction of 3 or 6 digits only when it is not zero.
  public var description: String {
    let second = floored(toSeconds: 1)
    let fraction = microseconds - second.microseconds
    let ofDay = (second.microseconds - floored(toSeconds: Self.secondsPerDay).microseconds) / 1_000_000
    let time = "\(padded(ofDay / 3600, 2)):\(padded(ofDay / 60 % 60, 2)):\(padded(ofDay % 60, 2))"
    let digits =
      fraction == 0 ? "" : fraction % 1000 == 0 ? ".\(padded(fraction / 1000, 3))" : ".\(padded(fraction, 6))"
    return "\(utcDate)T\(time)\(digits)Z"
  }

  /// The UTC day, `2026-03-14`.
  public var utcDate: String {
    let days = floored(toSeconds: Self.secondsPerDay).microseconds / 1_000_000 / Self.secondsPerDay
    let date = CivilDate(daysSinceEpoch: days)
    return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
  }

  private func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}

/// A day of the proleptic Gregorian calendar.
///
/// Conversions as in H. Hinnant, "chrono-Compatible Low-Level Date Algorithms" (days_from_civil, civil_from_days):
/// years begin in March, so the leap day comes last, and 400 years are one cycle of 146,097 days.
struct CivilDate: Hashable {
  var year: Int64
  var month: Int64
  var day: Int64

  init(year: Int64, month: Int64, day: Int64) {
    self.year = year
    self.month = month
    self.day = day
  }

  init(daysSinceEpoch days: Int64) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
    month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  var daysSinceEpoch: Int64 {
    let marchYear = month <= 2 ? year - 1 : year
    let era = (marchYear >= 0 ? marchYear : marchYear - 399) / 400
    let yearOfEra = marchYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  var isValid: Bool {
    guard (1...12).contains(month), day >= 1 else { return false }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return day <= lengths[Int(month) - 1]
  }
}
