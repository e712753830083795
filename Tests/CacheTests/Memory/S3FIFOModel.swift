/// S3-FIFO as its paper writes it down, with arrays that are searched: what the fast one must do the same as.
struct S3FIFOModel {
  private struct Item {
    let key: Int
    var value: Int
    var cost: Int
    var uses = 0
  }

  private let capacity: Int
  private var small: [Item] = []
  private var main: [Item] = []
  private var ghosts: [Int] = []
  private(set) var evictions = 0

  init(capacity: Int) {
    self.capacity = capacity
  }

  var cost: Int { (small + main).reduce(0) { $0 + $1.cost } }
  var contents: [Int: Int] { Dictionary(uniqueKeysWithValues: (small + main).map { ($0.key, $0.value) }) }

  mutating func use(_ key: Int) -> Int? {
    var found: Int?
    change(key) { item in
      item.uses = min(item.uses + 1, 3)
      found = item.value
    }
    return found
  }

  mutating func insert(_ key: Int, _ value: Int, cost: Int) {
    if contents[key] != nil {
      change(key) { item in
        item.value = value
        item.cost = cost
      }
      return evict(until: capacity)
    }
    guard cost <= capacity else { return }
    evict(until: capacity - cost)
    let item = Item(key: key, value: value, cost: cost)
    if ghosts.contains(key) {
      forget(key)
      main.append(item)
    } else {
      small.append(item)
    }
  }

  mutating func setCost(_ cost: Int, of key: Int) {
    guard contents[key] != nil else { return }
    change(key) { $0.cost = cost }
    evict(until: capacity)
  }

  mutating func remove(_ key: Int) {
    if let place = main.firstIndex(where: { $0.key == key }) {
      main.remove(at: place)
      remember(key)
    } else if let place = small.firstIndex(where: { $0.key == key }) {
      if small.remove(at: place).uses > 1 { remember(key) }
    }
  }

  private mutating func change(_ key: Int, _ body: (inout Item) -> Void) {
    if let place = small.firstIndex(where: { $0.key == key }) { body(&small[place]) }
    if let place = main.firstIndex(where: { $0.key == key }) { body(&main[place]) }
  }

  private mutating func evict(until limit: Int) {
    while cost > limit {
      if small.reduce(0, { $0 + $1.cost }) > capacity / 10 || main.isEmpty {
        var item = small.removeFirst()
        if item.uses > 1 {
          item.uses = 0
          main.append(item)
        } else {
          evictions += 1
          remember(item.key)
        }
      } else {
        var item = main.removeFirst()
        if item.uses > 0 {
          item.uses -= 1
          main.append(item)
        } else {
          evictions += 1
        }
      }
    }
  }

  /// Leaves an empty place behind, which takes up room until its turn to go.
  private mutating func forget(_ key: Int) {
    for place in ghosts.indices where ghosts[place] == key { ghosts[place] = -1 }
  }

  private mutating func remember(_ key: Int) {
    forget(key)
    ghosts.append(key)
    let maximum = max(16, small.count + main.count)
    if ghosts.count > maximum { ghosts.removeFirst(ghosts.count - maximum) }
  }
}
