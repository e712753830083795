/// Turns a text into the nodes of a ``JSONDocument``: one pass, one explicit stack.
///
/// Lives only inside ``parse(_:maxDepth:allowsDuplicateKeys:)``, while the bytes it points into cannot move.
@safe struct JSONParser {
  private let bytes: UnsafeBufferPointer<UInt8>
  private let count: Int
  private let maxDepth: Int
  private let allowsDuplicateKeys: Bool
  private var nodes: [JSONNode] = []
  private var position = 0
  /// Indices of the containers that are open, outermost first.
  private var open: [Int] = []

  /// The nodes of `bytes`, which must be one JSON value but for white space around it.
  static func parse(
    _ bytes: [UInt8],
    maxDepth: Int,
    allowsDuplicateKeys: Bool
  ) throws(JSONError) -> [JSONNode] {
    guard bytes.count < Int(UInt32.max) else {
      throw JSONError("A JSON text must be shorter than 4 GiB", at: 0, in: [])
    }
    let result = unsafe bytes.withUnsafeBufferPointer { buffer -> Result<[JSONNode], Failure> in
      var parser = unsafe JSONParser(buffer, maxDepth: maxDepth, allowsDuplicateKeys: allowsDuplicateKeys)
      do throws(Failure) {
        try parser.parse()
        return .success(parser.nodes)
      } catch {
        return .failure(error)
      }
    }
    switch result {
    case .success(let nodes): return nodes
    case .failure(let failure): throw JSONError(failure.message, at: failure.offset, in: bytes)
    }
  }

  private struct Failure: Error {
    let message: String
    let offset: Int
  }

  private init(_ bytes: UnsafeBufferPointer<UInt8>, maxDepth: Int, allowsDuplicateKeys: Bool) {
    unsafe self.bytes = bytes
    count = bytes.count
    self.maxDepth = maxDepth
    self.allowsDuplicateKeys = allowsDuplicateKeys
    nodes.reserveCapacity(count / 12 + 4)
  }

  private mutating func parse() throws(Failure) {
    skipWhiteSpace()
    try parseValue(key: nil)
    while !open.isEmpty { try parseNextChild() }
    skipWhiteSpace()
    guard position == count else { throw unexpected("the end of the text") }
  }

  /// The byte at an offset that was checked to be inside the text.
  @inline(__always)
  private func byte(_ offset: Int) -> UInt8 { unsafe bytes[offset] }

  private func copy(_ start: UInt32, _ end: UInt32) -> [UInt8] {
    unsafe Array(bytes[Int(start)..<Int(end)])
  }

  // MARK: Containers

  /// Reads what follows in the innermost open container: another child, or its end.
  private mutating func parseNextChild() throws(Failure) {
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

  private mutating func openContainer(_ kind: JSONKind, key: Key?) throws(Failure) {
    guard open.count < maxDepth else {
      throw Failure(message: "Nested more than \(maxDepth) levels deep", offset: position)
    }
    open.append(nodes.count)
    append(kind, key: key, start: position, end: position + 1, isEscaped: false)
    position += 1
  }

  private mutating func closeContainer(_ container: Int) throws(Failure) {
    nodes[container].end = UInt32(position)
    nodes[container].next = UInt32(nodes.count)
    open.removeLast()
    if nodes[container].kind == .object, !allowsDuplicateKeys { try rejectDuplicateKeys(of: container) }
  }

  private func rejectDuplicateKeys(of object: Int) throws(Failure) {
    var seen = Set<[UInt8]>()
    var child = object + 1
    // One member cannot repeat itself: most small objects are settled without a set.
    guard child < nodes.count, Int(nodes[child].next) < nodes.count else { return }
    while child < nodes.count {
      let node = nodes[child]
      let text = copy(node.keyStart, node.keyEnd)
      let key = node.isKeyEscaped ? Array(JSONText.unescape(text[...]).utf8) : text
      guard seen.insert(key).inserted else {
        throw Failure(message: "Duplicate key", offset: Int(node.keyStart) - 1)
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

  private mutating func parseKey() throws(Failure) -> Key {
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

  private mutating func parseValue(key: Key?) throws(Failure) {
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
        depth: UInt8(truncatingIfNeeded: kind == .object || kind == .array ? open.count - 1 : open.count),
        keyStart: UInt32(key?.start ?? 0),
        keyEnd: UInt32(key?.end ?? 0),
        start: UInt32(start),
        end: UInt32(end),
        next: UInt32(nodes.count + 1)
      )
    )
  }

  private mutating func parseWord(_ word: StaticString, _ kind: JSONKind, key: Key?) throws(Failure) {
    let start = position
    let length = word.utf8CodeUnitCount
    guard start + length <= count, "\(word)".utf8.elementsEqual((start..<start + length).map { byte($0) })
    else { throw unexpected("`true`, `false`, `null` or a value in quotes") }
    position += length
    append(kind, key: key, start: start, end: position, isEscaped: false)
  }

  // MARK: Scanning

  /// The byte at the position; 0, which may stand nowhere in JSON, at the end.
  private var current: UInt8 { position < count ? byte(position) : 0 }

  private mutating func skipWhiteSpace() {
    while current == 0x20 || current == 0x0A || current == 0x0D || current == 0x09 { position += 1 }
  }

  /// Skips a number: `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`.
  private mutating func skipNumber() throws(Failure) {
    if current == UInt8(ascii: "-") { position += 1 }
    if current == UInt8(ascii: "0") {
      position += 1
      if isDigit(current) { throw Failure(message: "A number must not begin with 0", offset: position - 1) }
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

  private mutating func skipDigits() throws(Failure) {
    guard isDigit(current) else { throw unexpected("a digit") }
    while isDigit(current) { position += 1 }
  }

  private func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }

  /// Skips a string from its opening quote to after its closing one; says whether it holds escapes.
  private mutating func skipString() throws(Failure) -> Bool {
    let opening = position
    var isEscaped = false
    position += 1
    while position < count {
      switch byte(position) {
      case UInt8(ascii: "\""):
        position += 1
        return isEscaped
      case UInt8(ascii: "\\"):
        isEscaped = true
        try skipEscape()
      case 0..<0x20:
        throw Failure(message: "A control character in a string must be escaped", offset: position)
      case 0x80...:
        try skipMultiByteScalar()
      default: position += 1
      }
    }
    throw Failure(message: "A string is not closed", offset: opening)
  }

  private mutating func skipEscape() throws(Failure) {
    let start = position
    position += 1
    switch current {
    case UInt8(ascii: "u"):
      position += 1
      let unit = try scanUnit(escapeAt: start)
      if unit & 0xFC00 == 0xDC00 { throw loneSurrogate(at: start) }
      guard unit & 0xFC00 == 0xD800 else { return }
      guard current == UInt8(ascii: "\\"), position + 1 < count, byte(position + 1) == UInt8(ascii: "u") else {
        throw loneSurrogate(at: start)
      }
      position += 2
      guard try scanUnit(escapeAt: start) & 0xFC00 == 0xDC00 else { throw loneSurrogate(at: start) }
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      position += 1
    default: throw Failure(message: "Unknown escape in a string", offset: start)
    }
  }

  private mutating func scanUnit(escapeAt start: Int) throws(Failure) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let digit = JSONText.hexDigit(current) else {
        throw Failure(message: "`\\u` must be followed by four hexadecimal digits", offset: start)
      }
      unit = unit << 4 | UInt16(digit)
      position += 1
    }
    return unit
  }

  private func loneSurrogate(at offset: Int) -> Failure {
    Failure(message: "An escaped surrogate must stand in a pair", offset: offset)
  }

  /// Skips a scalar of two to four bytes, well-formed as the Unicode Standard's table 3-7 says.
  private mutating func skipMultiByteScalar() throws(Failure) {
    let first = byte(position)
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
    guard length > 0, position + length <= count, second.contains(byte(position + 1)),
      (position + 2..<position + max(length, 2)).allSatisfy({ byte($0) & 0xC0 == 0x80 })
    else { throw Failure(message: "Invalid UTF-8", offset: position) }
    position += length
  }

  private func unexpected(_ expected: String) -> Failure {
    guard position < count else {
      return Failure(message: "Unexpected end of text: expected \(expected)", offset: position)
    }
    let byte = byte(position)
    let shown =
      byte > 0x20 && byte < 0x7F
      ? "`\(Character(Unicode.Scalar(byte)))`" : "byte 0x\(String(byte, radix: 16, uppercase: true))"
    return Failure(message: "Unexpected \(shown): expected \(expected)", offset: position)
  }
}
