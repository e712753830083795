extension InputValue {
  /// The value as messages show it: `"a"`, `[1, 2]`, `{a: 1}`; nested deeper than two levels `[Object]`. Bounded in size.
  public var excerpt: String { excerpt(level: 0) }

  private func excerpt(level: Int) -> String {
    switch self {
    case .null: return "null"
    case .boolean(let value): return value ? "true" : "false"
    case .int(let value): return String(value)
    case .number(let text): return text.utf8.count <= 60 ? text : String(text.unicodeScalars.prefix(60)) + "…"
    case .enumeration(let name): return name
    case .string(let string):
      var text = ""
      let isShort = string.utf8.count <= 100
      QuotedString.append(isShort ? string : String(string.unicodeScalars.prefix(100)) + "…", to: &text)
      return text
    case .list(let items): return Self.excerpt(items, level: level)
    case .object(let object): return Self.excerpt(object.members, level: level)
    }
  }

  private static func excerpt(_ items: [InputValue], level: Int) -> String {
    if items.isEmpty { return "[]" }
    if level > 2 { return "[Array]" }
    var parts = items.prefix(10).map { $0.excerpt(level: level + 1) }
    if items.count > 10 { parts.append("… \(items.count - 10) more items") }
    return "[" + parts.joined(separator: ", ") + "]"
  }

  private static func excerpt(_ members: [InputObject.Member], level: Int) -> String {
    if members.isEmpty { return "{}" }
    if level > 2 { return "[Object]" }
    var parts = members.prefix(10).map { $0.name + ": " + $0.value.excerpt(level: level + 1) }
    if members.count > 10 { parts.append("… \(members.count - 10) more") }
    return "{" + parts.joined(separator: ", ") + "}"
  }
}
