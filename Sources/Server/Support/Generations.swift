/// A dictionary with a bound, in two generations: when the young one is full it becomes the old one, and what was in the
/// old one and not asked for since is forgotten. That keeps what is busy at O(1) without a list of uses.
struct Generations<Key: Hashable, Value> {
  private struct Entry {
    let value: Value
    let cost: Int
  }

  private var young: [Key: Entry] = [:]
  private var old: [Key: Entry] = [:]
  private var youngCost = 0
  /// Of one generation.
  private let capacity: Int

  /// - Parameter capacity: the sum of the costs of all that is held, at most.
  init(capacity: Int) {
    self.capacity = max(1, capacity / 2)
  }

  mutating func find(_ key: Key) -> Value? {
    if let entry = young[key] { return entry.value }
    guard let entry = old.removeValue(forKey: key) else { return nil }
    insert(entry, under: key)
    return entry.value
  }

  /// Takes the place of what was there under the key. What costs more than a generation is not taken.
  mutating func insert(_ value: Value, under key: Key, cost: Int = 1) {
    insert(Entry(value: value, cost: cost), under: key)
  }

  /// How many values are held.
  var count: Int { young.count + old.count }

  private mutating func insert(_ entry: Entry, under key: Key) {
    old[key] = nil
    guard entry.cost <= capacity else { return young[key] = nil }
    if youngCost + entry.cost > capacity {
      old = young
      young = [:]
      youngCost = 0
    }
    if let replaced = young.updateValue(entry, forKey: key) { youngCost -= replaced.cost }
    youngCost += entry.cost
  }
}
