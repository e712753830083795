/// The bytes of an answer while it is written: one piece of memory that doubles when it is full.
///
/// Knows nothing of JSON. Costs one copy, when the answer is done.
@safe struct AnswerBuffer: ~Copyable {
  private var base: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private(set) var count = 0

  init(reserving capacity: Int) {
    unsafe base = .allocate(capacity: capacity)
    self.capacity = capacity
  }

  deinit {
    unsafe base.deallocate()
  }

  @inline(__always)
  mutating func append(_ byte: UInt8) {
    reserve(1)
    unsafe base[count] = byte
    count += 1
  }

  @inline(__always)
  mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let source = bytes.baseAddress else { return }
    reserve(bytes.count)
    unsafe (base + count).update(from: source, count: bytes.count)
    count += bytes.count
  }

  mutating func append(_ bytes: [UInt8]) {
    unsafe bytes.withUnsafeBufferPointer { unsafe append($0) }
  }

  mutating func append(_ text: StaticString) {
    unsafe append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Replaces a byte that was written before.
  @inline(__always)
  mutating func replace(_ byte: UInt8, at offset: Int) {
    precondition(offset < count)
    unsafe base[offset] = byte
  }

  /// Forgets what was written after the first `count` bytes.
  mutating func rewind(to count: Int) {
    precondition(count <= self.count)
    self.count = count
  }

  /// A copy of what stands from `start` on.
  func bytes(from start: Int = 0) -> [UInt8] {
    precondition(start <= count)
    return unsafe Array(UnsafeBufferPointer(start: base + start, count: count - start))
  }

  @inline(__always)
  private mutating func reserve(_ additional: Int) {
    if count + additional > capacity { grow(additional) }
  }

  private mutating func grow(_ additional: Int) {
    let larger = max(2 * capacity, count + additional)
    let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
    unsafe moved.update(from: base, count: count)
    unsafe base.deallocate()
    unsafe base = moved
    capacity = larger
  }
}
