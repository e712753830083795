/// A text that equals another when its UTF-8 bytes do, as under PostgreSQL's collation "C", and sorts by them.
///
/// `String` compares by canonical equivalence: two spellings of "é" are one key to Swift and two to the database.
struct ByteText: Hashable, Comparable {
  let text: String

  init(_ text: String) {
    self.text = text
  }

  static func == (left: ByteText, right: ByteText) -> Bool {
    left.text.utf8.count == right.text.utf8.count && left.compare(to: right) == 0
  }

  static func < (left: ByteText, right: ByteText) -> Bool {
    left.compare(to: right) < 0
  }

  func hash(into hasher: inout Hasher) {
    let isContiguous: Void? = unsafe text.utf8.withContiguousStorageIfAvailable {
      unsafe hasher.combine(bytes: UnsafeRawBufferPointer($0))
    }
    if isContiguous == nil {
      for byte in text.utf8 { hasher.combine(byte) }
    }
    hasher.combine(UInt8(0xFF))
  }

  /// Negative, zero or positive as the bytes of `self` sort before, with or after those of `other`.
  func compare(to other: ByteText) -> Int {
    let fast = unsafe text.utf8.withContiguousStorageIfAvailable { left in
      unsafe other.text.utf8.withContiguousStorageIfAvailable { right in
        unsafe Self.compare(left, right)
      }
    }
    if let fast, let fast { return fast }
    if text.utf8.lexicographicallyPrecedes(other.text.utf8) { return -1 }
    return text.utf8.elementsEqual(other.text.utf8) ? 0 : 1
  }

  private static func compare(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Int {
    for index in 0..<min(left.count, right.count) {
      let difference = unsafe Int(left[index]) - Int(right[index])
      if difference != 0 { return difference }
    }
    return left.count - right.count
  }
}
