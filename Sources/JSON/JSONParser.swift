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
  /// Where large objects look for equal keys; kept, since there may be many.
  private var keyTable: [UInt32] = []

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

  // MARK: Duplicate keys

  /// Objects of so few members have their keys compared with each other; larger ones have them hashed.
  private static let fewMembers = 8

  /// Linear in the object's text, whatever the keys are: the hash is seeded anew in each process.
  private mutating func rejectDuplicateKeys(of object: Int) throws(Failure) {
    var members = 0
    var hasEscapes = false
    var child = object + 1
    while child < nodes.count {
      members += 1
      hasEscapes = hasEscapes || nodes[child].isKeyEscaped
      child = Int(nodes[child].next)
    }
    guard members > 1 else { return }
    if hasEscapes {
      try rejectEscapedDuplicates(of: object)
    } else if members <= Self.fewMembers {
      try rejectDuplicatesAmongFew(of: object)
    } else {
      try rejectDuplicatesAmongMany(of: object, count: members)
    }
  }

  private func rejectDuplicatesAmongFew(of object: Int) throws(Failure) {
    var child = Int(nodes[object + 1].next)
    while child < nodes.count {
      var earlier = object + 1
      while earlier < child {
        if keysAreEqual(earlier, child) { throw duplicateKey(at: child) }
        earlier = Int(nodes[earlier].next)
      }
      child = Int(nodes[child].next)
    }
  }

  /// An open-addressed table of node indices, 0 being an empty place: no member stands at index 0.
  private mutating func rejectDuplicatesAmongMany(of object: Int, count: Int) throws(Failure) {
    let mask = (1 << (Int.bitWidth - (2 * count).leadingZeroBitCount)) - 1
    keyTable.removeAll(keepingCapacity: true)
    keyTable.append(contentsOf: repeatElement(0, count: mask + 1))
    var child = object + 1
    while child < nodes.count {
      var place = hashOfKey(child) & mask
      while keyTable[place] != 0 {
        if keysAreEqual(Int(keyTable[place]), child) { throw duplicateKey(at: child) }
        place = (place + 1) & mask
      }
      keyTable[place] = UInt32(child)
      child = Int(nodes[child].next)
    }
  }

  private func rejectEscapedDuplicates(of object: Int) throws(Failure) {
    var seen = Set<[UInt8]>()
    var child = object + 1
    while child < nodes.count {
      let node = nodes[child]
      let text = unsafe Array(keyText(child))
      let key = node.isKeyEscaped ? Array(JSONText.unescape(text[...]).utf8) : text
      guard seen.insert(key).inserted else { throw duplicateKey(at: child) }
      child = Int(node.next)
    }
  }

  private func keyText(_ child: Int) -> UnsafeBufferPointer<UInt8> {
    unsafe UnsafeBufferPointer(rebasing: bytes[Int(nodes[child].keyStart)..<Int(nodes[child].keyEnd)])
  }

  private func keysAreEqual(_ first: Int, _ second: Int) -> Bool {
    guard nodes[first].keyEnd - nodes[first].keyStart == nodes[second].keyEnd - nodes[second].keyStart else {
      return false
    }
    return unsafe keyText(first).elementsEqual(keyText(second))
  }

  private func hashOfKey(_ child: Int) -> Int {
    var hasher = Hasher()
    unsafe hasher.combine(bytes: UnsafeRawBufferPointer(keyText(child)))
    return hasher.finalize()
  }

  private func duplicateKey(at child: Int) -> Failure {
    Failure(message: "Duplicate key", offset: Int(nodes[child].keyStart) - 1)
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
    guard start + length <= count,
      unsafe UnsafeBufferPointer(start: word.utf8Start, count: length).elementsEqual(bytes[start..<start + length])
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
      default: skipPlainCharacters()
      }
    }
    throw Failure(message: "A string is not closed", offset: opening)
  }

  /// Skips characters of a string that mean themselves; the byte at the position is one.
  @inline(__always)
  private mutating func skipPlainCharacters() {
    var offset = position + 1
    while offset < count {
      let next = byte(offset)
      guard next >= 0x20, next < 0x80, next != UInt8(ascii: "\""), next != UInt8(ascii: "\\") else { break }
      offset += 1
    }
    position = offset
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
