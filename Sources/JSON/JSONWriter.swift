/// Appends JSON text to a buffer of bytes. Commas and colons take care of themselves.
///
/// The writer trusts its caller to close what was opened and to write a key before each member.
/// Strings are escaped as RFC 8259 section 7 demands and no further, so UTF-8 passes through.
public struct JSONWriter: Sendable {
  /// What has been written so far.
  public private(set) var bytes: [UInt8] = []
  /// Whether the next key or element follows another one.
  private var needsComma = false

  public init(reserving capacity: Int = 256) {
    bytes.reserveCapacity(capacity)
  }

  public mutating func beginObject() { begin(UInt8(ascii: "{")) }
  public mutating func endObject() { end(UInt8(ascii: "}")) }
  public mutating func beginArray() { begin(UInt8(ascii: "[")) }
  public mutating func endArray() { end(UInt8(ascii: "]")) }

  /// A member's key, which must hold nothing that needs an escape.
  public mutating func key(_ key: StaticString) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    appendStatic(key)
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  /// A member's key of any text.
  public mutating func key(escaping key: String) {
    separate()
    appendQuoted(key)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  /// A member's key that is already written with its quotes, escapes and colon.
  @inline(__always)
  public mutating func key(prepared key: ArraySlice<UInt8>) {
    separate()
    bytes.append(contentsOf: key)
    needsComma = false
  }

  public mutating func string(_ text: String) {
    separate()
    appendQuoted(text)
    needsComma = true
  }

  /// A string of UTF-8 that is known to be valid, for example out of PostgreSQL.
  public mutating func string(utf8: UnsafeBufferPointer<UInt8>) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    unsafe appendEscaped(utf8)
    bytes.append(UInt8(ascii: "\""))
    needsComma = true
  }

  public mutating func int(_ value: Int64) {
    separate()
    appendInteger(value)
    needsComma = true
  }

  /// A finite binary float with the fewest digits that read back as the same; `null` for infinities and NaN.
  public mutating func double(_ value: Double) {
    separate()
    if value.isFinite { bytes.append(contentsOf: "\(value)".utf8) } else { appendStatic("null") }
    needsComma = true
  }

  public mutating func bool(_ value: Bool) {
    separate()
    appendStatic(value ? "true" : "false")
    needsComma = true
  }

  public mutating func null() {
    separate()
    appendStatic("null")
    needsComma = true
  }

  /// A complete JSON value that is text already: a piece of a document, copied in one go.
  public mutating func raw(_ value: ArraySlice<UInt8>) {
    separate()
    bytes.append(contentsOf: value)
    needsComma = true
  }

  /// A complete JSON value that is text already.
  public mutating func raw(_ value: some Sequence<UInt8>) {
    separate()
    bytes.append(contentsOf: value)
    needsComma = true
  }

  /// A complete JSON value that is text already.
  public mutating func raw(_ value: UnsafeBufferPointer<UInt8>) {
    separate()
    unsafe bytes.append(contentsOf: value)
    needsComma = true
  }

  /// How much is written, to come back to with ``rewind(to:)``.
  public var mark: Mark { Mark(count: bytes.count, needsComma: needsComma) }

  /// Forgets what was written after `mark`.
  public mutating func rewind(to mark: Mark) {
    bytes.removeLast(bytes.count - mark.count)
    needsComma = mark.needsComma
  }

  /// A place in what a writer has written.
  public struct Mark: Sendable {
    let count: Int
    let needsComma: Bool
  }

  // MARK: Pieces

  @inline(__always)
  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
  }

  private mutating func begin(_ bracket: UInt8) {
    separate()
    bytes.append(bracket)
    needsComma = false
  }

  private mutating func end(_ bracket: UInt8) {
    bytes.append(bracket)
    needsComma = true
  }

  private mutating func appendStatic(_ text: StaticString) {
    unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  private mutating func appendQuoted(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { unsafe appendEscaped($0) }
    bytes.append(UInt8(ascii: "\""))
  }

  /// Copies runs that need no escape in one piece each.
  private mutating func appendEscaped(_ text: UnsafeBufferPointer<UInt8>) {
    var runStart = 0
    for index in 0..<text.count {
      let byte = unsafe text[index]
      guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
      unsafe bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[runStart..<index]))
      appendEscape(of: byte)
      runStart = index + 1
    }
    unsafe bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[runStart..<text.count]))
  }

  private mutating func appendEscape(of byte: UInt8) {
    bytes.append(UInt8(ascii: "\\"))
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
    case 0x08: bytes.append(UInt8(ascii: "b"))
    case 0x0C: bytes.append(UInt8(ascii: "f"))
    case 0x0A: bytes.append(UInt8(ascii: "n"))
    case 0x0D: bytes.append(UInt8(ascii: "r"))
    case 0x09: bytes.append(UInt8(ascii: "t"))
    default:
      appendStatic(byte < 0x10 ? "u000" : "u001")
      let digit = byte & 0x0F
      bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }
  }

  private mutating func appendInteger(_ value: Int64) {
    var magnitude = value.magnitude
    var digits: InlineArray<20, UInt8> = .init(repeating: 0)
    var first = 20
    repeat {
      first -= 1
      digits[first] = UInt8(ascii: "0") + UInt8(magnitude % 10)
      magnitude /= 10
    } while magnitude > 0
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    for index in first..<20 { bytes.append(digits[index]) }
  }
}
