import Schema

/// The name of a time zone as the IANA database writes them. Whether there is one of that name the database knows.
enum TimeZoneName {
  static let utc: Set<String> = ["UTC", "Etc/UTC", "Z", "GMT", "Etc/GMT"]

  /// - Throws: for what only looks like one to PostgreSQL: an offset, a POSIX rule.
  static func check(_ name: String) throws(GraphQLError) -> String {
    if utc.contains(name) { return "UTC" }
    let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let isName = (2...3).contains(parts.count) && name.utf8.count <= 64 && parts.allSatisfy(isPart)
    guard isName, name.hasPrefix("Etc/") || !name.utf8.contains(where: isDigitOrPlus) else { throw unknown(name) }
    return name
  }

  static func unknown(_ name: String) -> GraphQLError {
    GraphQLError(
      "\(name.quotedExcerpt) is no time zone; write a name such as UTC, Europe/Berlin or America/New_York.",
      code: .badUserInput
    )
  }

  private static func isPart(_ part: Substring.UTF8View) -> Bool {
    guard let first = part.first, isLetter(first) else { return false }
    return part.allSatisfy { isLetter($0) || isDigitOrPlus($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  private static func isDigitOrPlus(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "+")
  }
}
