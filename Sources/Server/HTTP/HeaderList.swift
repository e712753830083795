/// Lists in header fields whose parts may be quoted strings (RFC 9110 sections 5.6.1, 5.6.4 and 5.6.6).
enum HeaderList {
  /// The parts between `separator`s that stand in no quoted string, without the white space around them and without
  /// empty ones.
  static func split(_ text: some StringProtocol, at separator: UInt8) -> [Substring.UTF8View] {
    let bytes = Substring(text).utf8
    var parts: [Substring.UTF8View] = []
    var start = bytes.startIndex
    var isQuoted = false
    var isEscaped = false
    for index in bytes.indices {
      let byte = bytes[index]
      if isEscaped {
        isEscaped = false
      } else if isQuoted, byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        isQuoted.toggle()
      } else if byte == separator, !isQuoted {
        append(bytes[start..<index], to: &parts)
        start = bytes.index(after: index)
      }
    }
    append(bytes[start...], to: &parts)
    return parts
  }

  private static func append(_ part: Substring.UTF8View, to parts: inout [Substring.UTF8View]) {
    let trimmed = trim(part)
    if !trimmed.isEmpty { parts.append(trimmed) }
  }

  static func trim(_ part: Substring.UTF8View) -> Substring.UTF8View {
    func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    var rest = part.drop(while: isSpace)
    while let last = rest.last, isSpace(last) { rest = rest.dropLast() }
    return rest
  }

  /// `tchar`s, at least one (RFC 9110 section 5.6.2).
  static func isToken(_ bytes: Substring.UTF8View) -> Bool {
    !bytes.isEmpty
      && bytes.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
      }
  }

  /// A weight from 0 to 1000; nil for what is none. The zero before the point may be missing, as old Java clients do.
  static func weight(_ text: String) -> Int? {
    let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count <= 2, text.utf8.count <= 5, let whole = parts.first else { return nil }
    let digits = parts.count == 2 ? Array(parts[1]) : []
    guard digits.count <= 3, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
      return nil
    }
    let fraction = (0..<3).reduce(0) { $0 * 10 + ($1 < digits.count ? Int(digits[$1] - UInt8(ascii: "0")) : 0) }
    switch String(Substring(whole)) {
    case "0": return fraction
    case "" where !digits.isEmpty: return fraction
    case "1" where fraction == 0: return 1000
    default: return nil
    }
  }
}

/// A name with parameters: `application/json; charset="utf-8"; q=0.5`. Names are in lower case.
struct ParameterizedName: Sendable, Equatable {
  let name: String
  private let parameters: [(name: String, value: String)]

  static func == (left: Self, right: Self) -> Bool {
    left.name == right.name && left.parameters.elementsEqual(right.parameters) { $0 == $1 }
  }

  /// Nil for text of another form.
  init?(_ text: Substring.UTF8View) {
    var parts = HeaderList.split(Substring(text), at: UInt8(ascii: ";"))
    guard !parts.isEmpty else { return nil }
    name = String(Substring(parts.removeFirst())).lowercased()
    var parameters: [(name: String, value: String)] = []
    for part in parts {
      guard let equals = part.firstIndex(of: UInt8(ascii: "=")), HeaderList.isToken(part[..<equals]),
        let value = Self.value(part[part.index(after: equals)...])
      else { return nil }
      parameters.append((String(Substring(part[..<equals])).lowercased(), value))
    }
    self.parameters = parameters
  }

  /// The value of the first parameter of that name, its quotes undone.
  subscript(parameter: String) -> String? {
    parameters.first { $0.name == parameter }?.value
  }

  /// A weight from 0 to 1000, 1000 when it is not said; nil when what is said is none.
  var weight: Int? {
    guard let text = self["q"] else { return 1000 }
    return HeaderList.weight(text)
  }

  private static func value(_ bytes: Substring.UTF8View) -> String? {
    guard bytes.first == UInt8(ascii: "\"") else {
      // Some old clients write weights as `.2`; a point is a `tchar`.
      return HeaderList.isToken(bytes) ? String(Substring(bytes)) : nil
    }
    guard bytes.count >= 2, bytes.last == UInt8(ascii: "\"") else { return nil }
    var value: [UInt8] = []
    var isEscaped = false
    for byte in bytes.dropFirst().dropLast() {
      if !isEscaped, byte == UInt8(ascii: "\\") {
        isEscaped = true
        continue
      }
      if !isEscaped, byte == UInt8(ascii: "\"") { return nil }
      isEscaped = false
      value.append(byte)
    }
    return isEscaped ? nil : String(validating: value, as: UTF8.self)
  }
}
