/// Turns a text into the nodes of a ``JSONDocument``: one pass, one explicit stack.
struct JSONParser {
  let bytes: [UInt8]
  let maxDepth: Int
  let allowsDuplicateKeys: Bool
  private(set) var nodes: [JSONNode] = []
  private var position = 0
  /// Indices of the containers that are open, outermost first.
  private var open: [Int] = []

  init(bytes: [UInt8], maxDepth: Int, allowsDuplicateKeys: Bool) {
    self.bytes = bytes
    self.maxDepth = maxDepth
    self.allowsDuplicateKeys = allowsDuplicateKeys
    nodes.reserveCapacity(bytes.count / 12 + 4)
  }

  mutating func parse() throws(JSONError) {
    guard bytes.count < Int(UInt32.max) else {
      throw JSONError("A JSON text must be shorter than 4 GiB", at: 0, in: bytes)
    }
    skipWhiteSpace()
    try parseValue(key: nil)
    while !open.isEmpty { try parseNextChild() }
    skipWhiteSpace()
    guard position == bytes.count else { throw unexpected("the end of the text") }
  }

  // MARK: Containers

  /// Reads what follows in the innermost open container: another child, or its end.
  private mutating func parseNextChild() throws(JSONError) {
    let container = open[open.count - 1]
    let isObject = nodes[container].kind == .object
    let close = isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
    let isFirst = nodes.count == container + 1
    skipWhiteSpace()
    if current == close {
      position += 1
      return try closeContainer(container)
    }
    if !isFirst {
      guard current == UInt8(ascii: ",") else {
        throw unexpected(isObject ? "`,` or `}`" : "`,` or `]`")
      }
      position += 1
      skipWhiteSpace()
    }
    guard isObject else { return try parseValue(key: nil) }
    let key = try parseKey()
    try parseValue(key: key)
  }

  private mutating func openContainer(_ kind: JSONKind, key: Key?) throws(JSONError) {
    guard open.count < maxDepth else {
      throw JSONError("Nested more than \(maxDepth) levels deep", at: position, in: bytes)
    }
    open.append(nodes.count)
    append(kind, key: key, start: position, end: position + 1, isEscaped: false)
    position += 1
  }

  private mutating func closeContainer(_ container: Int) throws(JSONError) {
    nodes[container].end = UInt32(position)
    nodes[container].next = UInt32(nodes.count)
    open.removeLast()
    if nodes[container].kind == .object, !allowsDuplicateKeys { try rejectDuplicateKeys(of: container) }
  }

  private func rejectDuplicateKeys(of object: Int) throws(JSONError) {
    var seen = Set<[UInt8]>()
    var child = object + 1
    // One member cannot repeat itself: most small objects are settled without a set.
    guard child < nodes.count, Int(nodes[child].next) < nodes.count else { return }
    while child < nodes.count {
      let node = nodes[child]
      let text = bytes[Int(node.keyStart)..<Int(node.keyEnd)]
      let key = node.isKeyEscaped ? Array(JSONText.unescape(text).utf8) : Array(text)
      guard seen.insert(key).inserted else {
        throw JSONError("Duplicate key", at: Int(node.keyStart) - 1, in: bytes)
      }
      child = Int(node.next)
    }
  }

  // MARK: Keys and values

  private struct Key {
    var start: Int
    var end: Int
    var isEscaped: Bool
  }

  private mutating func parseKey() throws(JSONError) -> Key {
    guard current == UInt8(ascii: "\"") else { throw unexpected("a key in double quotes") }
    let start = position + 1
    let isEscaped = try skipString()
    let key = Key(start: start, end: position - 1, isEscaped: isEscaped)
    skipWhiteSpace()
    guard current == UInt8(ascii: ":") else { throw unexpected("`:`") }
    position += 1
    skipWhiteSpace()
    return key
  }

  private mutating func parseValue(key: Key?) throws(JSONError) {
    let start = position
    switch current {
    case UInt8(ascii: "\""):
      let isEscaped = try skipString()
      append(.string, key: key, start: start, end: position, isEscaped: isEscaped)
    case UInt8(ascii: "{"): try openContainer(.object, key: key)
    case UInt8(ascii: "["): try openContainer(.array, key: key)
    case UInt8(ascii: "t"): try parseWord("true", .bool, key: key)
    case UInt8(ascii: "f"): try parseWord("false", .bool, key: key)
    case UInt8(ascii: "n"): try parseWord("null", .null, key: key)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      try skipNumber()
      append(.number, key: key, start: start, end: position, isEscaped: false)
    default: throw unexpected("a value")
    }
  }

  private mutating func append(_ kind: JSONKind, key: Key?, start: Int, end: Int, isEscaped: Bool) {
    nodes.append(
      JSONNode(
        kind: kind,
        isEscaped: isEscaped,
        isKeyEscaped: key?.isEscaped ?? false,
        keyStart: UInt32(key?.start ?? 0),
        keyEnd: UInt32(key?.end ?? 0),
        start: UInt32(start),
        end: UInt32(end),
        next: UInt32(nodes.count + 1)
      )
    )
  }

  private mutating func parseWord(_ word: StaticString, _ kind: JSONKind, key: Key?) throws(JSONError) {
    let start = position
    let length = word.utf8CodeUnitCount
    guard start + length <= bytes.count,
      "\(word)".utf8.elementsEqual(bytes[start..<start + length])
    else { throw unexpected("`true`, `false`, `null` or a value in quotes") }
    position += length
    append(kind, key: key, start: start, end: position, isEscaped: false)
  }

  // MARK: Scanning

  /// The byte at the position; 0, which may stand nowhere in JSON, at the end.
  private var current: UInt8 { position < bytes.count ? bytes[position] : 0 }

  private mutating func skipWhiteSpace() {
    while current == 0x20 || current == 0x0A || current == 0x0D || current == 0x09 { position += 1 }
  }

  /// Skips a number: `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`.
  private mutating func skipNumber() throws(JSONError) {
    if current == UInt8(ascii: "-") { position += 1 }
    if current == UInt8(ascii: "0") {
      position += 1
      if isDigit(current) { throw JSONError("A number must not begin with 0", at: position - 1, in: bytes) }
    } else {
      try skipDigits()
    }
    if current == UInt8(ascii: ".") {
      position += 1
      try skipDigits()
    }
    if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
      position += 1
      if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
      try skipDigits()
    }
  }

  private mutating func skipDigits() throws(JSONError) {
    guard isDigit(current) else { throw unexpected("a digit") }
    while isDigit(current) { position += 1 }
  }

  private func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }

  /// Skips a string from its opening quote to after its closing one; says whether it holds escapes.
  private mutating func skipString() throws(JSONError) -> Bool {
    let opening = position
    var isEscaped = false
    position += 1
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        position += 1
        return isEscaped
      case UInt8(ascii: "\\"):
        isEscaped = true
        try skipEscape()
      case 0..<0x20:
        throw JSONError("A control character in a string must be escaped", at: position, in: bytes)
      case 0x80...:
        try skipMultiByteScalar()
      default: position += 1
      }
    }
    throw JSONError("A string is not closed", at: opening, in: bytes)
  }

  private mutating func skipEscape() throws(JSONError) {
    let start = position
    position += 1
    switch current {
    case UInt8(ascii: "u"):
      position += 1
      let unit = try scanUnit(escapeAt: start)
      if unit & 0xFC00 == 0xDC00 { throw loneSurrogate(at: start) }
      guard unit & 0xFC00 == 0xD800 else { return }
      guard current == UInt8(ascii: "\\"), position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "u") else {
        throw loneSurrogate(at: start)
      }
      position += 2
      guard try scanUnit(escapeAt: start) & 0xFC00 == 0xDC00 else { throw loneSurrogate(at: start) }
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      position += 1
    default: throw JSONError("Unknown escape in a string", at: start, in: bytes)
    }
  }

  private mutating func scanUnit(escapeAt start: Int) throws(JSONError) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let digit = JSONText.hexDigit(current) else {
        throw JSONError("`\\u` must be followed by four hexadecimal digits", at: start, in: bytes)
      }
      unit = unit << 4 | UInt16(digit)
      position += 1
    }
    return unit
  }

  private func loneSurrogate(at offset: Int) -> JSONError {
    JSONError("An escaped surrogate must stand in a pair", at: offset, in: bytes)
  }

  /// Skips a scalar of two to four bytes, well-formed as the Unicode Standard's table 3-7 says.
  private mutating func skipMultiByteScalar() throws(JSONError) {
    let first = bytes[position]
    let (length, second): (Int, ClosedRange<UInt8>) =
      switch first {
      case 0xC2...0xDF: (2, 0x80...0xBF)
      case 0xE0: (3, 0xA0...0xBF)
      case 0xED: (3, 0x80...0x9F)
      case 0xE1...0xEF: (3, 0x80...0xBF)
      case 0xF0: (4, 0x90...0xBF)
      case 0xF1...0xF3: (4, 0x80...0xBF)
      case 0xF4: (4, 0x80...0x8F)
      default: (0, 0...0)
      }
    guard length > 0, position + length <= bytes.count, second.contains(bytes[position + 1]),
      bytes[position + 2..<position + max(length, 2)].allSatisfy({ $0 & 0xC0 == 0x80 })
    else { throw JSONError("Invalid UTF-8", at: position, in: bytes) }
    position += length
  }

  private func unexpected(_ expected: String) -> JSONError {
    guard position < bytes.count else {
      return JSONError("Unexpected end of text: expected \(expected)", at: position, in: bytes)
    }
    let byte = bytes[position]
    let shown =
      byte > 0x20 && byte < 0x7F
      ? "`\(Character(Unicode.Scalar(byte)))`" : "byte 0x\(String(byte, radix: 16, uppercase: true))"
    return JSONError("Unexpected \(shown): expected \(expected)", at: position, in: bytes)
  }
}
