/// Why a text is no instant: fit for clients, names the text and what would be right.
public struct InstantError: Error, Sendable, Hashable, CustomStringConvertible {
  public let message: String
  public var description: String { message }
}

extension Instant {
  /// The years that are read: no trace is older, and later ones do not fit the four digits of ISO 8601.
  static let readableYears: ClosedRange<Int64> = 1970...9999

  /// Reads an instant in the extended format of ISO 8601 (RFC 3339): `2025-10-01T00:00:00Z`, `2025-10-01T02:00:00.5+02:00`.
  ///
  /// Date, time and offset must be there, so that no reading is left to chance; seconds may be missing. The offset is
  /// converted. Fractions go to the microsecond.
  /// - Throws: ``InstantError`` that says which part is wrong.
  public init(parsing text: String) throws(InstantError) {
    var parser = InstantParser(text)
    self = try parser.parse()
  }
}

private struct InstantParser {
  private let text: String
  private var scanner: ASCIIScanner

  init(_ text: String) {
    self.text = text
    scanner = ASCIIScanner(text)
  }

  mutating func parse() throws(InstantError) -> Instant {
    let date = try date()
    guard scanner.take("T") || scanner.take("t") else {
      if scanner.isAtEnd { throw failure("has no time of day; write \(Self.example(of: date))") }
      throw malformed
    }
    let (secondOfDay, fraction) = try time()
    let offset = try offset(after: date)
    guard scanner.isAtEnd else { throw malformed }
    let instant = Instant(
      microseconds: (date.daysSinceEpoch * 86_400 + secondOfDay - offset) * 1_000_000 + fraction
    )
    guard Instant.readableBounds.contains(instant) else { throw outsideYears }
    return instant
  }

  private mutating func date() throws(InstantError) -> CivilDate {
    guard let year = scanner.digits(4), scanner.take("-"), let month = scanner.digits(2), scanner.take("-"),
      let day = scanner.digits(2)
    else { throw malformed }
    guard Instant.readableYears.contains(year) else { throw outsideYears }
    guard (1...12).contains(month) else { throw failure("has no such month") }
    guard (1...CivilDate.days(inMonth: month, of: year)).contains(day) else {
      throw failure("names a day that the month does not have")
    }
    return CivilDate(year: year, month: month, day: day)
  }

  private mutating func time() throws(InstantError) -> (secondOfDay: Int64, microseconds: Int64) {
    guard let hour = scanner.digits(2), scanner.take(":"), let minute = scanner.digits(2) else { throw malformed }
    var second: Int64 = 0
    var microseconds: Int64 = 0
    if scanner.take(":") {
      guard let digits = scanner.digits(2) else { throw malformed }
      second = digits
      microseconds = try fraction()
    }
    guard hour < 24, minute < 60, second < 60 else { throw failure("names a time of day that does not exist") }
    return (hour * 3600 + minute * 60 + second, microseconds)
  }

  private mutating func fraction() throws(InstantError) -> Int64 {
    guard scanner.take(".") || scanner.take(",") else { return 0 }
    var microseconds: Int64 = 0
    var scale: Int64 = 100_000
    var count = 0
    while let digit = scanner.digits(1) {
      guard scale > 0 || digit == 0 else { throw failure("is finer than a microsecond") }
      microseconds += digit * scale
      scale /= 10
      count += 1
    }
    guard count > 0 else { throw malformed }
    return microseconds
  }

  /// Seconds east of Greenwich.
  private mutating func offset(after date: CivilDate) throws(InstantError) -> Int64 {
    if scanner.take("Z") || scanner.take("z") { return 0 }
    if scanner.isAtEnd { throw failure("has no offset from UTC; write \(text.prefix(32))Z if it is in UTC") }
    let isWest = scanner.take("-")
    guard isWest || scanner.take("+"), let hours = scanner.digits(2) else { throw malformed }
    _ = scanner.take(":")
    let minutes = scanner.isAtEnd ? 0 : scanner.digits(2)
    guard let minutes else { throw malformed }
    guard hours < 24, minutes < 60 else { throw failure("has an offset from UTC that does not exist") }
    return (isWest ? -1 : 1) * (hours * 3600 + minutes * 60)
  }

  private static func example(of date: CivilDate) -> String {
    Instant(seconds: date.daysSinceEpoch * 86_400).text
  }

  private var malformed: InstantError { failure("is not an instant such as 2025-10-01T00:00:00Z") }
  private var outsideYears: InstantError {
    failure("lies outside the years \(Instant.readableYears.lowerBound) to \(Instant.readableYears.upperBound)")
  }

  private func failure(_ problem: String) -> InstantError {
    InstantError(message: "\(text.quotedExcerpt) \(problem)")
  }
}

extension Instant {
  /// The instants of ``readableYears``.
  static let readableBounds: Range<Instant> =
    Instant(
      seconds: CivilDate(year: readableYears.lowerBound, month: 1, day: 1).daysSinceEpoch * 86_400
    )..<Instant(seconds: CivilDate(year: readableYears.upperBound + 1, month: 1, day: 1).daysSinceEpoch * 86_400)
}
