/// RFC 3339 instants, canonical in UTC.
enum Timestamp {
  /// `2026-03-14T09:26:53Z` for `2026-03-14T10:26:53.000+01:00`; `nil` when it is no instant.
  ///
  /// Takes up to nine fractional digits and lets `T`, `Z` be lower case, as RFC 3339 section 5.6 does. Leap seconds are
  /// refused: PostgreSQL would move them.
  static func canonical(_ text: String) -> String? {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes.count <= 40, let instant = civil(bytes) else { return nil }
    var position = 19
    var fraction: ArraySlice<UInt8> = []
    if bytes[position] == 0x2E {
      fraction = bytes[(position + 1)...].prefix(while: \.isDigit)
      guard (1...9).contains(fraction.count) else { return nil }
      position += 1 + fraction.count
    }
    guard let offset = offset(bytes[position...]) else { return nil }
    let seconds = instant - offset
    // The years 0000 to 9999 in UTC.
    guard (-62_167_219_200...253_402_300_799).contains(seconds) else { return nil }
    while fraction.last == 0x30 { fraction = fraction.dropLast() }
    let tail = fraction.isEmpty ? "" : "." + String(decoding: fraction, as: UTF8.self)
    return dateTime(seconds) + tail + "Z"
  }

  /// `YYYY-MM-DDTHH:MM:SS` as seconds since 1970, as if in UTC.
  private static func civil(_ bytes: [UInt8]) -> Int? {
    guard bytes[4] == 0x2D, bytes[7] == 0x2D, bytes[10] | 0x20 == 0x74, bytes[13] == 0x3A, bytes[16] == 0x3A,
      let year = number(bytes[0..<4]), let month = number(bytes[5..<7]), let day = number(bytes[8..<10]),
      let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]), let second = number(bytes[17..<19]),
      (1...12).contains(month), day >= 1, day <= daysIn(month: month, year: year), hour < 24, minute < 60, second < 60
    else { return nil }
    return daysFromCivil(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second
  }

  /// `Z` or `±HH:MM`, in seconds.
  private static func offset(_ bytes: ArraySlice<UInt8>) -> Int? {
    if bytes.count == 1, let zulu = bytes.first, zulu | 0x20 == 0x7A { return 0 }
    let start = bytes.startIndex
    guard bytes.count == 6, bytes[start] == 0x2B || bytes[start] == 0x2D, bytes[start + 3] == 0x3A,
      let hours = number(bytes[start + 1..<start + 3]), let minutes = number(bytes[start + 4..<start + 6]),
      hours < 24, minutes < 60
    else { return nil }
    return (hours * 3_600 + minutes * 60) * (bytes[start] == 0x2D ? -1 : 1)
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    var value = 0
    for digit in digits {
      guard digit.isDigit else { return nil }
      value = value * 10 + Int(digit - 0x30)
    }
    return value
  }

  private static func daysIn(month: Int, year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days since 1970-01-01 of a proleptic Gregorian date, by counting years from March.
  private static func daysFromCivil(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// The inverse of `daysFromCivil`, with the time of day.
  private static func dateTime(_ seconds: Int) -> String {
    let days = (seconds >= 0 ? seconds : seconds - 86_399) / 86_400
    let time = seconds - days * 86_400
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2) + "T" + padded(time / 3_600, 2) + ":"
      + padded(time / 60 % 60, 2) + ":" + padded(time % 60, 2)
  }

  private static func padded(_ value: Int, _ width: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
  }
}
