/// A map from symbols to small integers that empties in constant time; for finding duplicates among siblings.
struct SymbolMarks {
  private var values: [Int32]
  private var rounds: [UInt32]
  private var round: UInt32 = 1

  init(symbolCount: Int) {
    values = [Int32](repeating: 0, count: symbolCount)
    rounds = [UInt32](repeating: 0, count: symbolCount)
  }

  mutating func removeAll() { round += 1 }

  subscript(symbol: UInt32) -> Int? {
    get { rounds[Int(symbol)] == round ? Int(values[Int(symbol)]) : nil }
    set {
      rounds[Int(symbol)] = newValue == nil ? 0 : round
      values[Int(symbol)] = Int32(truncatingIfNeeded: newValue ?? 0)
    }
  }
}
