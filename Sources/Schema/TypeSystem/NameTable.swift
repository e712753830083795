/// The distinct names of a schema as small integers.
struct NameTable: Sendable {
  private var pool: [UInt8] = []
  private var entries: [Symbol] = []
  private var hashes: [UInt32] = []
  /// Entry + 1; 0 is free.
  private var slots = [UInt32](repeating: 0, count: 256)
  private let seed = UInt64.random(in: 0 ... .max) | 1

  /// Stands for a name that the schema does not use.
  static let unknown = -1

  var count: Int { entries.count }

  mutating func insert(_ name: String) -> Int {
    let bytes = Array(name.utf8)
    let found = find(bytes.span, 0, bytes.count)
    if found != Self.unknown { return found }
    hashes.append(SymbolTable.hash(bytes.span, 0, bytes.count, seed: seed))
    entries.append(Symbol(offset: UInt32(pool.count), length: UInt32(bytes.count)))
    pool.append(contentsOf: bytes)
    if entries.count * 2 > slots.count {
      slots = [UInt32](repeating: 0, count: slots.count * 4)
      for entry in entries.indices { place(entry) }
    } else {
      place(entries.count - 1)
    }
    return entries.count - 1
  }

  private mutating func place(_ entry: Int) {
    var slot = Int(hashes[entry]) & (slots.count - 1)
    while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = UInt32(entry) + 1
  }

  func find(_ name: String) -> Int? {
    let bytes = Array(name.utf8)
    let found = find(bytes.span, 0, bytes.count)
    return found == Self.unknown ? nil : found
  }

  /// The entry of `bytes[start..<end]`, or `unknown`.
  func find(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
    let hash = SymbolTable.hash(bytes, start, end, seed: seed)
    var slot = Int(hash) & (slots.count - 1)
    while slots[slot] != 0 {
      let entry = Int(slots[slot] - 1)
      if hashes[entry] == hash, matches(entry, bytes, start, end) { return entry }
      slot = (slot + 1) & (slots.count - 1)
    }
    return Self.unknown
  }

  private func matches(_ entry: Int, _ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
    let known = entries[entry]
    guard Int(known.length) == end - start else { return false }
    for offset in 0..<Int(known.length) where pool[Int(known.offset) + offset] != bytes[start + offset] {
      return false
    }
    return true
  }
}

/// Pairs of small integers to small integers; open addressing, no removal.
struct PairTable: Sendable {
  private var keys: [UInt64]
  private var values: [Int32]
  private let mask: Int
  private static let free = UInt64.max

  init(capacity count: Int) {
    var capacity = 16
    while capacity < count * 2 { capacity *= 2 }
    keys = [UInt64](repeating: Self.free, count: capacity)
    values = [Int32](repeating: -1, count: capacity)
    mask = capacity - 1
  }

  @inline(__always)
  private func slot(_ key: UInt64) -> Int {
    var slot = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
    while keys[slot] != Self.free, keys[slot] != key { slot = (slot + 1) & mask }
    return slot
  }

  @inline(__always)
  private static func key(_ left: Int, _ right: Int) -> UInt64 {
    UInt64(UInt32(truncatingIfNeeded: left)) << 32 | UInt64(UInt32(truncatingIfNeeded: right))
  }

  /// Keeps the first value of a pair. The table must have been made large enough.
  mutating func insert(_ left: Int, _ right: Int, _ value: Int) {
    let key = Self.key(left, right)
    let slot = slot(key)
    guard keys[slot] == Self.free else { return }
    keys[slot] = key
    values[slot] = Int32(truncatingIfNeeded: value)
  }

  /// The value of a pair, or -1.
  @inline(__always)
  func find(_ left: Int, _ right: Int) -> Int {
    let slot = slot(Self.key(left, right))
    return keys[slot] == Self.free ? -1 : Int(values[slot])
  }
}
