extension TraceTimestamp {
  /// Reads an ISO 8601 instant with its offset: `2026-03-14T09:26:53Z`, `2026-03-14T10:26:53.123456+01:00`.
  ///
  /// RFC 3339 section 5.6, and besides: an offset may lack its colon or minutes. Digits of the fraction beyond
  /// microseconds are cut off, so that no instant moves into the next second. A leap second counts as the start of the
  /// next minute.
  /// - Returns: nil when the text is no such instant.
  public init?(_ text: String) {
    var scanner = InstantScanner(text: Array(text.utf8))
    guard let microseconds = scanner.scan() else { return nil }
    self.init(microseconds: microseconds)
  }
}

private struct InstantScanner {
  let text: [UInt8]
  var position = 0

  init(text: [UInt8]) {
    self.text = text
  }

  mutating func scan() -> Int64? {
    guard let date = scanDate(), take("T") || take("t") || take(" "),
      let secondsOfDay = scanTime(), let fraction = scanFraction(), let offset = scanOffset(),
      position == text.count
    else { return nil }
    return (date.daysSinceEpoch * TraceTimestamp.secondsPerDay + secondsOfDay - offset) * 1_000_000 + fraction
  }

  private mutating func scanDate() -> CivilDate? {
    guard let year = number(4), take("-"), let month = number(2), take("-"), let day = number(2) else { return nil }
    let date = CivilDate(year: year, month: month, day: day)
    return date.isValid ? date : nil
  }

  private mutating func scanTime() -> Int64? {
    guard let hour = number(2), hour < 24, take(":"), let minute = number(2), minute < 60, take(":"),
      let second = number(2), second <= 60
    else { return nil }
    return hour * 3600 + minute * 60 + second
  }

  /// Microseconds; 0 when there is no fraction.
  private mutating func scanFraction() -> Int64? {
    guard take(".") || take(",") else { return 0 }
    var value: Int64 = 0
    var digits = 0
    while position < text.count, let digit = digit(at: position) {
      if digits < 6 { value = value * 10 + digit }
      digits += 1
      position += 1
    }
    guard digits > 0 else { return nil }
    for _ in min(digits, 6)..<6 { value *= 10 }
    return value
  }

  /// Seconds east of UTC.
  private mutating func scanOffset() -> Int64? {
    if take("Z") || take("z") { return 0 }
    let isWest = take("-")
    guard isWest || take("+"), let hours = number(2), hours < 24 else { return nil }
    var minutes: Int64 = 0
    if take(":") || position < text.count {
      guard let given = number(2), given < 60 else { return nil }
      minutes = given
    }
    let offset = hours * 3600 + minutes * 60
    return isWest ? -offset : offset
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard position < text.count, text[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func number(_ width: Int) -> Int64? {
    guard position + width <= text.count else { return nil }
    var value: Int64 = 0
    for index in position..<position + width {
      guard let digit = digit(at: index) else { return nil }
      value = value * 10 + digit
    }
    position += width
    return value
  }

  private func digit(at index: Int) -> Int64? {
    let byte = text[index]
    return byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") ? Int64(byte - UInt8(ascii: "0")) : nil
  }
}
