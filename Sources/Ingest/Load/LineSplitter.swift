internal import Glibc

/// Cuts a stream of bytes into lines, whatever the pieces it comes in. Keeps one line at most, and of that no more than
/// the limit.
///
/// Lines end with LF or CR LF; the last may lack it.
struct LineSplitter {
  enum Line: Sendable, Hashable {
    case text([UInt8])
    /// Longer than the limit; its bytes are gone.
    case tooLong
  }

  let limit: Int
  private var partial: [UInt8] = []
  /// The line being read is over the limit, and what remains of it is skipped.
  private var isSkipping = false
  private var hasPartial: Bool { isSkipping || !partial.isEmpty }

  init(limit: Int) {
    self.limit = limit
  }

  /// Takes the next bytes of the stream and hands over the lines that end in them.
  mutating func feed(_ bytes: [UInt8], _ body: (Line) -> Void) {
    var start = 0
    while let end = Self.newline(in: bytes, from: start) {
      append(bytes[start..<end])
      body(takeLine())
      start = end + 1
    }
    append(bytes[start...])
  }

  /// Hands over the last line when no line end followed it.
  mutating func finish(_ body: (Line) -> Void) {
    if hasPartial { body(takeLine()) }
  }

  private mutating func append(_ bytes: ArraySlice<UInt8>) {
    guard !isSkipping else { return }
    if partial.count + bytes.count > limit {
      isSkipping = true
      partial = []
    } else {
      partial.append(contentsOf: bytes)
    }
  }

  private mutating func takeLine() -> Line {
    defer {
      partial = []
      isSkipping = false
    }
    guard !isSkipping else { return .tooLong }
    if partial.last == UInt8(ascii: "\r") { partial.removeLast() }
    return .text(partial)
  }

  private static func newline(in bytes: [UInt8], from start: Int) -> Int? {
    unsafe bytes.withUnsafeBytes { buffer in
      guard start < buffer.count, let base = buffer.baseAddress,
        let found = unsafe memchr(base + start, Int32(UInt8(ascii: "\n")), buffer.count - start)
      else { return nil }
      return unsafe UnsafeRawPointer(found) - base
    }
  }
}
