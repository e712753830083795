/// Gives each distinct name of a source a small integer.
///
/// Open addressing over a keyed hash: names are chosen by clients, so collisions must not be predictable.
@safe struct SymbolTable: ~Copyable {
  /// A distinct name: its first eight bytes, the rest zero, and where it stands first.
  private struct Entry: BitwiseCopyable {
    let head: UInt64
    let symbol: Symbol
    let hash: UInt32
  }

  private var entries: PlainStack<Entry>
  /// Symbol + 1; 0 is free. The count is a power of two.
  private var slots: UnsafeMutablePointer<UInt32>
  private var mask: Int
  private var ownsSlots = false
  private let seed: UInt64

  /// One secret per process.
  private static let seed = UInt64.random(in: 0 ... .max) | 1

  private static let firstSlots = 256
  private static let firstEntries = 64

  /// What `init` takes of the memory.
  static let memorySize =
    ParserMemory.size(firstSlots, of: UInt32.self) + ParserMemory.size(firstEntries, of: Entry.self)

  init(in memory: inout ParserMemory) {
    unsafe slots = memory.take(Self.firstSlots, of: UInt32.self)
    unsafe slots.initialize(repeating: 0, count: Self.firstSlots)
    mask = Self.firstSlots - 1
    entries = PlainStack(in: &memory, capacity: Self.firstEntries)
    seed = Self.seed
  }

  deinit {
    if ownsSlots { unsafe slots.deallocate() }
  }

  /// All of them, by symbol.
  var symbols: [Symbol] {
    unsafe [Symbol](unsafeUninitializedCapacity: entries.count) { buffer, count in
      for index in 0..<entries.count { unsafe buffer.initializeElement(at: index, to: entries[index].symbol) }
      count = entries.count
    }
  }

  /// The symbol of the name from `start` to `end`, new or known. `head` is its first eight bytes, the rest zero.
  @inline(__always)
  mutating func intern(_ text: PaddedText, _ start: Int, _ end: Int, head: UInt64) -> UInt32 {
    let length = end &- start
    var state = Self.fold(head, into: seed, seed)
    if length > 8 { state = Self.foldRest(text, start, length, into: state, seed) }
    let hash = Self.finished(state)
    var slot = Int(truncatingIfNeeded: hash) & mask
    while true {
      let found = unsafe slots[slot]
      if found == 0 { return add(head, start, length, hash, slot) }
      let entry = entries[Int(truncatingIfNeeded: found &- 1)]
      if entry.head == head, entry.symbol.length == UInt32(truncatingIfNeeded: length),
        length <= 8 || Self.hasSameRest(text, start, Int(entry.symbol.offset), length)
      {
        return found &- 1
      }
      slot = (slot &+ 1) & mask
    }
  }

  @inline(never)
  private mutating func add(_ head: UInt64, _ start: Int, _ length: Int, _ hash: UInt32, _ slot: Int) -> UInt32 {
    let symbol = UInt32(truncatingIfNeeded: entries.count)
    let place = Symbol(offset: UInt32(truncatingIfNeeded: start), length: UInt32(truncatingIfNeeded: length))
    entries.append(Entry(head: head, symbol: place, hash: hash))
    unsafe slots[slot] = symbol + 1
    if entries.count * 2 > mask { grow() }
    return symbol
  }

  private mutating func grow() {
    let count = (mask + 1) * 4
    if ownsSlots { unsafe slots.deallocate() }
    unsafe slots = UnsafeMutablePointer<UInt32>.allocate(capacity: count)
    unsafe slots.initialize(repeating: 0, count: count)
    mask = count - 1
    ownsSlots = true
    for index in 0..<entries.count {
      var slot = Int(truncatingIfNeeded: entries[index].hash) & mask
      while unsafe slots[slot] != 0 { slot = (slot &+ 1) & mask }
      unsafe slots[slot] = UInt32(truncatingIfNeeded: index + 1)
    }
  }

  /// Whether two names of the same length and with the same first eight bytes are the same.
  @inline(__always)
  private static func hasSameRest(_ text: PaddedText, _ left: Int, _ right: Int, _ length: Int) -> Bool {
    var offset = 8
    while offset < length {
      let difference = text.word(at: left &+ offset) ^ text.word(at: right &+ offset)
      if ByteWord.prefix(difference, count: length &- offset) != 0 { return false }
      offset &+= 8
    }
    return true
  }
}

// MARK: The hash

extension SymbolTable {
  /// Of a name whose end is known.
  @inline(__always)
  static func hash(_ bytes: Span<UInt8>, _ start: Int, _ end: Int, seed: UInt64) -> UInt32 {
    var state = seed
    for index in stride(from: start, to: end, by: 8) {
      state = fold(ByteWord.prefix(bytes.word(at: index), count: end - index), into: state, seed)
    }
    return finished(state)
  }

  /// What comes behind the first eight bytes.
  @inline(__always)
  private static func foldRest(
    _ text: PaddedText,
    _ start: Int,
    _ length: Int,
    into state: UInt64,
    _ seed: UInt64
  ) -> UInt64 {
    var state = state
    var offset = 8
    repeat {
      state = fold(ByteWord.prefix(text.word(at: start &+ offset), count: length &- offset), into: state, seed)
      offset &+= 8
    } while offset < length
    return state
  }

  /// Folds eight bytes by a 128-bit product with the secret (the construction of wyhash). No name holds a zero byte, so
  /// names of different lengths are different words.
  @inline(__always)
  private static func fold(_ word: UInt64, into state: UInt64, _ seed: UInt64) -> UInt64 {
    let product = (state ^ word).multipliedFullWidth(by: seed)
    return product.high ^ product.low
  }

  @inline(__always)
  private static func finished(_ state: UInt64) -> UInt32 {
    UInt32(truncatingIfNeeded: state ^ (state >> 32))
  }
}
