internal import Glibc

/// A point in time, exact to the microsecond as PostgreSQL's `timestamptz` is, without a time zone.
///
/// Written and read as ISO 8601 (see ``text`` and ``init(parsing:)``). Leap seconds do not exist, as in POSIX and PostgreSQL.
public struct Instant: Sendable, Hashable, Comparable {
  /// Microseconds after 1970-01-01T00:00:00Z; negative before.
  public let microseconds: Int64

  public init(microseconds: Int64) {
    self.microseconds = microseconds
  }

  /// Whole seconds after 1970-01-01T00:00:00Z.
  public init(seconds: Int64) {
    microseconds = seconds * 1_000_000
  }

  /// The system's clock, cut to the microsecond.
  public static func now() -> Instant {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Instant(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
  }

  /// The whole seconds, rounded down.
  public var seconds: Int64 { microseconds.flooredQuotient(by: 1_000_000) }

  /// Microseconds past ``seconds``: 0 to 999,999.
  public var fraction: Int64 { microseconds - seconds * 1_000_000 }

  public static func < (left: Instant, right: Instant) -> Bool { left.microseconds < right.microseconds }

  public func adding(seconds: Int64) -> Instant {
    Instant(microseconds: microseconds + seconds * 1_000_000)
  }

  /// The latest multiple of `seconds` since the epoch that is not after the instant.
  func floored(toSeconds seconds: Int64) -> Instant {
    Instant(microseconds: microseconds.flooredQuotient(by: seconds * 1_000_000) * seconds * 1_000_000)
  }

  /// The earliest multiple of `seconds` since the epoch that is not before the instant.
  func ceiled(toSeconds seconds: Int64) -> Instant {
    let floor = floored(toSeconds: seconds)
    return floor == self ? self : floor.adding(seconds: seconds)
  }
}

// MARK: Text

extension Instant: CustomStringConvertible {
  /// ISO 8601 in UTC: `2026-03-14T09:26:53Z`, with a fraction, free of trailing zeros, only when it is not zero.
  ///
  /// Reading it back with ``init(parsing:)`` gives the same instant.
  public var text: String { String(decoding: utf8, as: UTF8.self) }

  public var description: String { text }

  /// The bytes of ``text``.
  var utf8: [UInt8] {
    let days = seconds.flooredQuotient(by: 86_400)
    let date = CivilDate(daysSinceEpoch: days)
    let secondOfDay = seconds - days * 86_400
    var bytes: [UInt8] = []
    bytes.reserveCapacity(27)
    if date.year < 0 { bytes.append(UInt8(ascii: "-")) }
    bytes.append(digitsOf: abs(date.year), count: 4)
    bytes.append(UInt8(ascii: "-"))
    bytes.append(digitsOf: date.month, count: 2)
    bytes.append(UInt8(ascii: "-"))
    bytes.append(digitsOf: date.day, count: 2)
    bytes.append(UInt8(ascii: "T"))
    bytes.append(digitsOf: secondOfDay / 3600, count: 2)
    bytes.append(UInt8(ascii: ":"))
    bytes.append(digitsOf: secondOfDay / 60 % 60, count: 2)
    bytes.append(UInt8(ascii: ":"))
    bytes.append(digitsOf: secondOfDay % 60, count: 2)
    appendFraction(to: &bytes)
    bytes.append(UInt8(ascii: "Z"))
    return bytes
  }

  private func appendFraction(to bytes: inout [UInt8]) {
    guard fraction != 0 else { return }
    bytes.append(UInt8(ascii: "."))
    bytes.append(digitsOf: fraction, count: 6)
    while bytes.last == UInt8(ascii: "0") { bytes.removeLast() }
  }
}

extension [UInt8] {
  /// Appends the last `count` decimal digits of a value that is not negative, with leading zeros.
  fileprivate mutating func append(digitsOf value: Int64, count: Int) {
    let start = self.count
    append(contentsOf: repeatElement(UInt8(ascii: "0"), count: count))
    var rest = value
    for index in stride(from: start + count - 1, through: start, by: -1) {
      self[index] += UInt8(rest % 10)
      rest /= 10
    }
  }
}
