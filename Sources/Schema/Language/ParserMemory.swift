/// One allocation for what a parse needs only while it runs: the text with room behind it, and tables of a guessed size.
@safe struct ParserMemory: ~Copyable {
  private let start: UnsafeMutableRawPointer
  private let size: Int
  private var used = 0

  init(size: Int) {
    self.size = size
    unsafe start = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: Self.alignment)
  }

  deinit { unsafe start.deallocate() }

  private static let alignment = 16

  /// What `count` elements take of it, at most.
  static func size<Element>(_ count: Int, of type: Element.Type) -> Int {
    (count * MemoryLayout<Element>.stride + alignment - 1) & ~(alignment - 1)
  }

  /// The next `count` elements, uninitialised. They live as long as this does.
  mutating func take<Element: BitwiseCopyable>(_ count: Int, of type: Element.Type) -> UnsafeMutablePointer<Element> {
    let offset = used
    used += Self.size(count, of: type)
    precondition(used <= size)
    return unsafe (start + offset).bindMemory(to: Element.self, capacity: count)
  }
}

/// A stack of plain values. It begins in memory that is lent to it and moves to its own when that is full.
///
/// Indices are the caller's affair: they are checked in debug builds only.
@safe struct PlainStack<Element: BitwiseCopyable>: ~Copyable {
  private var start: UnsafeMutablePointer<Element>
  private(set) var count = 0
  private var capacity: Int
  private var ownsMemory = false

  /// `capacity` is at least 1. The memory lives longer than this does.
  init(in memory: inout ParserMemory, capacity: Int) {
    unsafe start = memory.take(capacity, of: Element.self)
    self.capacity = capacity
  }

  deinit {
    if ownsMemory { unsafe start.deallocate() }
  }

  subscript(index: Int) -> Element {
    @inline(__always)
    get {
      assert(index >= 0 && index < count)
      return unsafe start[index]
    }
    @inline(__always)
    set {
      assert(index >= 0 && index < count)
      unsafe start[index] = newValue
    }
  }

  @inline(__always)
  mutating func append(_ element: Element) {
    if count == capacity { grow() }
    unsafe (start + count).initialize(to: element)
    count &+= 1
  }

  /// Takes off everything above the first `count` elements, and puts it on another stack.
  @inline(__always)
  mutating func move(above count: Int, to other: inout PlainStack) {
    assert(count >= 0 && count <= self.count)
    for index in count..<self.count { unsafe other.append(start[index]) }
    self.count = count
  }

  /// All elements, the lowest first.
  var array: [Element] { unsafe Array(UnsafeBufferPointer(start: start, count: count)) }

  @inline(never)
  private mutating func grow() {
    let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity * 2)
    unsafe larger.initialize(from: start, count: count)
    if ownsMemory { unsafe start.deallocate() }
    unsafe start = unsafe larger
    capacity *= 2
    ownsMemory = true
  }
}

/// A copy of a source's bytes with zeros behind the last one, so that no scan must ask where the end is: each stops at a
/// zero at the latest. Zeros may be in the text too; `count` tells which is the end.
@safe struct PaddedText {
  /// Zeros behind the text: scans read as many bytes at a time.
  static let padding = 32

  private let start: UnsafePointer<UInt8>
  let count: Int

  /// Lives as long as `memory`, which has room for `bytes.count + padding` bytes.
  init(_ bytes: [UInt8], in memory: inout ParserMemory) {
    let copy = unsafe memory.take(bytes.count + Self.padding, of: UInt8.self)
    count = bytes.count
    unsafe bytes.withUnsafeBufferPointer { bytes in
      if let first = bytes.baseAddress { unsafe copy.initialize(from: first, count: bytes.count) }
    }
    unsafe (copy + count).initialize(repeating: 0, count: Self.padding)
    unsafe start = UnsafePointer(copy)
  }

  /// The byte at an index that is not beyond the end; there, and shortly behind, it is 0.
  @inline(__always)
  subscript(index: Int) -> UInt8 {
    assert(index >= 0 && index < count + Self.padding)
    return unsafe start[index]
  }

  /// Eight bytes, the first lowest.
  @inline(__always)
  func word(at index: Int) -> UInt64 {
    assert(index >= 0 && index + 8 <= count + Self.padding)
    return unsafe UInt64(
      littleEndian: UnsafeRawPointer(start).loadUnaligned(fromByteOffset: index, as: UInt64.self)
    )
  }

  /// Whether 32 bytes are all ASCII.
  @inline(__always)
  func isASCII(at index: Int) -> Bool {
    let words = word(at: index) | word(at: index &+ 8) | word(at: index &+ 16) | word(at: index &+ 24)
    return words & 0x8080_8080_8080_8080 == 0
  }
}
