/// A length of time as ISO 8601 writes it: `P7D`, `PT12H30M`, `P1Y2M`, `P2W`. Whole numbers only.
///
/// Years and months depend on where they start, so they are kept apart; a day is 24 hours, as UTC has no other.
struct CalendarPeriod: Sendable, Hashable {
  let months: Int64
  let seconds: Int64

  /// Nil when the text is no such length.
  init?(parsing text: some StringProtocol) {
    var scanner = ASCIIScanner(text)
    guard scanner.take("P") else { return nil }
    var months: Int64 = 0
    var seconds: Int64 = 0
    var count = Self.read([("Y", 12), ("M", 1)], from: &scanner, into: &months)
    count += Self.read([("W", 604_800), ("D", 86_400)], from: &scanner, into: &seconds)
    if scanner.take("T") {
      let timeCount = Self.read([("H", 3600), ("M", 60), ("S", 1)], from: &scanner, into: &seconds)
      guard timeCount > 0 else { return nil }
      count += timeCount
    }
    guard scanner.isAtEnd, count > 0 else { return nil }
    self.months = months
    self.seconds = seconds
  }

  /// Reads `7D`-like parts whose units stand in this order, each at most once; returns how many there were.
  private static func read(
    _ units: [(name: Unicode.Scalar, size: Int64)],
    from scanner: inout ASCIIScanner,
    into sum: inout Int64
  ) -> Int {
    var count = 0
    for unit in units {
      let before = scanner
      guard let amount = scanner.digits(upTo: 9) else { continue }
      if scanner.take(unit.name) {
        sum += amount * unit.size
        count += 1
      } else {
        scanner = before
      }
    }
    return count
  }
}

extension Instant {
  /// The instant a period later, or earlier for `direction` -1: first by its months, then by its seconds.
  ///
  /// Nil outside the years that are read, so that no sum can overflow.
  func moved(by period: CalendarPeriod, direction: Int64 = 1) -> Instant? {
    let days = seconds.flooredQuotient(by: 86_400)
    let date = CivilDate(daysSinceEpoch: days).adding(months: direction * period.months)
    guard Instant.readableYears.contains(date.year) else { return nil }
    let moved = date.daysSinceEpoch * 86_400 + (seconds - days * 86_400) + direction * period.seconds
    let bounds = Instant.readableBounds
    guard moved >= bounds.lowerBound.seconds, moved < bounds.upperBound.seconds else { return nil }
    return Instant(microseconds: moved * 1_000_000 + fraction)
  }
}
