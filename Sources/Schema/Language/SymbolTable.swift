/// Gives each distinct name of a source a small integer.
///
/// Open addressing over a keyed hash: names are chosen by clients, so collisions must not be predictable.
struct SymbolTable {
  private(set) var symbols: [Symbol] = []
  private var hashes: [UInt32] = []
  /// Symbol + 1; 0 is free. The count is a power of two.
  private var slots: [UInt32]
  private var mask: Int

  /// One secret per process.
  private static let seed = UInt64.random(in: 0 ... .max) | 1

  private let seed: UInt64

  init(expecting count: Int) {
    var capacity = 64
    while capacity < count * 2, capacity < 1 << 16 { capacity *= 2 }
    slots = [UInt32](repeating: 0, count: capacity)
    mask = capacity - 1
    seed = Self.seed
    symbols.reserveCapacity(min(count, 256))
    hashes.reserveCapacity(min(count, 256))
  }

  /// The symbol of `bytes[start..<end]`, new or known.
  mutating func intern(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> UInt32 {
    let hash = Self.hash(bytes, start, end, seed: seed)
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 {
      let symbol = Int(slots[slot] - 1)
      if hashes[symbol] == hash, matches(bytes, start, end, symbols[symbol]) { return UInt32(symbol) }
      slot = (slot + 1) & mask
    }
    let symbol = UInt32(truncatingIfNeeded: symbols.count)
    slots[slot] = symbol + 1
    symbols.append(Symbol(offset: UInt32(truncatingIfNeeded: start), length: UInt32(truncatingIfNeeded: end - start)))
    hashes.append(hash)
    if symbols.count * 2 > slots.count { grow() }
    return symbol
  }

  private mutating func grow() {
    let capacity = slots.count * 4
    slots = [UInt32](repeating: 0, count: capacity)
    mask = capacity - 1
    for symbol in symbols.indices {
      var slot = Int(truncatingIfNeeded: hashes[symbol]) & mask
      while slots[slot] != 0 { slot = (slot + 1) & mask }
      slots[slot] = UInt32(truncatingIfNeeded: symbol) + 1
    }
  }

  @inline(__always)
  private func matches(_ bytes: Span<UInt8>, _ start: Int, _ end: Int, _ symbol: Symbol) -> Bool {
    guard Int(symbol.length) == end - start else { return false }
    var left = start
    var right = Int(symbol.offset)
    while left < end {
      if bytes[left] != bytes[right] { return false }
      left += 1
      right += 1
    }
    return true
  }

  /// Folds eight bytes at a time by a 128-bit product with the secret (the construction of wyhash).
  @inline(__always)
  static func hash(_ bytes: Span<UInt8>, _ start: Int, _ end: Int, seed: UInt64) -> UInt32 {
    var state = seed ^ UInt64(truncatingIfNeeded: end - start)
    var index = start
    while index < end {
      let take = min(8, end - index)
      var word: UInt64 = 0
      if index + 8 <= bytes.count {
        // In bounds: eight bytes from `index` were checked just above.
        word = unsafe bytes.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
        if take < 8 { word &= (1 << UInt64(take * 8)) - 1 }
      } else {
        for offset in 0..<take { word |= UInt64(bytes[index + offset]) << UInt64(offset * 8) }
      }
      let product = (state ^ word).multipliedFullWidth(by: seed)
      state = product.high ^ product.low
      index += take
    }
    return UInt32(truncatingIfNeeded: state ^ (state >> 32))
  }
}
