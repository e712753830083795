/// Gives each distinct name of a source a small integer.
///
/// Open addressing over a keyed hash: names are chosen by clients, so collisions must not be predictable.
struct SymbolTable {
  private(set) var symbols: [Symbol] = []
  /// The hash above symbol + 1; 0 is free. The count is a power of two.
  private var slots: [UInt64]

  /// One secret per process.
  private static let seed = UInt64.random(in: 0 ... .max) | 1

  private let seed: UInt64

  init(expecting count: Int) {
    var capacity = 64
    while capacity < count * 2, capacity < 1 << 16 { capacity *= 2 }
    slots = [UInt64](repeating: 0, count: capacity)
    seed = Self.seed
    symbols.reserveCapacity(min(count, 256))
  }

  /// Reads the name at `start`: its end, and its symbol, new or known.
  @inline(__always)
  mutating func internName(_ bytes: Span<UInt8>, _ start: Int) -> (symbol: UInt32, end: Int) {
    var state = seed
    var end = start
    var word = bytes.word(at: end)
    var ends = ByteWord.endsOfName(word)
    while ends == 0 {
      state = Self.fold(word, into: state, seed)
      end &+= 8
      word = bytes.word(at: end)
      ends = ByteWord.endsOfName(word)
    }
    state = Self.fold(ByteWord.prefix(word, before: ends), into: state, seed)
    end &+= ends.trailingZeroBitCount &>> 3
    return (intern(bytes, start, end, hash: Self.finished(state)), end)
  }

  @inline(__always)
  private mutating func intern(_ bytes: Span<UInt8>, _ start: Int, _ end: Int, hash: UInt32) -> UInt32 {
    let mask = slots.count &- 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 {
      let entry = slots[slot]
      let symbol = UInt32(truncatingIfNeeded: entry) &- 1
      if UInt32(truncatingIfNeeded: entry >> 32) == hash, Self.matches(bytes, start, end, symbols[Int(symbol)]) {
        return symbol
      }
      slot = (slot &+ 1) & mask
    }
    let length = UInt32(truncatingIfNeeded: end - start)
    return add(Symbol(offset: UInt32(truncatingIfNeeded: start), length: length), hash, slot)
  }

  @inline(never)
  private mutating func add(_ symbol: Symbol, _ hash: UInt32, _ slot: Int) -> UInt32 {
    symbols.append(symbol)
    slots[slot] = UInt64(hash) << 32 | UInt64(symbols.count)
    if symbols.count * 2 > slots.count { grow() }
    return UInt32(truncatingIfNeeded: symbols.count - 1)
  }

  private mutating func grow() {
    let old = slots
    slots = [UInt64](repeating: 0, count: old.count * 4)
    let mask = slots.count &- 1
    for entry in old where entry != 0 {
      var slot = Int(truncatingIfNeeded: entry >> 32) & mask
      while slots[slot] != 0 { slot = (slot &+ 1) & mask }
      slots[slot] = entry
    }
  }

  @inline(__always)
  private static func matches(_ bytes: Span<UInt8>, _ start: Int, _ end: Int, _ symbol: Symbol) -> Bool {
    let length = end - start
    guard Int(symbol.length) == length else { return false }
    var offset = 0
    while offset < length {
      let difference = bytes.word(at: start &+ offset) ^ bytes.word(at: Int(symbol.offset) &+ offset)
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
