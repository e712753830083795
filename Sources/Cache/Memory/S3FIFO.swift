/// A map bounded by the cost of its values, which evicts by S3-FIFO (Yang et al., "FIFO queues are all you need for
/// cache eviction", SOSP 2023): three FIFO queues, no reordering on a hit, everything O(1) amortised.
///
/// New keys pass through a small queue, a tenth of the whole. Those that are used twice there go on to the main queue;
/// the others leave and are remembered as ghosts, and go straight to the main queue should they come again. So a scan
/// of many keys, each used once, displaces a tenth at most.
struct S3FIFO<Key: Hashable, Value> {
  fileprivate enum Queue {
    case small
    case main
  }

  /// A value in one of the queues, which are linked lists of positions in `nodes`.
  fileprivate struct Node {
    let key: Key
    var value: Value
    var cost: Int
    /// Uses since it came into its queue, or was given another round; at most three.
    var uses = 0
    var queue: Queue
    var older: Int?
    var newer: Int?
  }

  private struct Ends {
    var oldest: Int?
    var newest: Int?
    var cost = 0
    var count = 0
  }

  private var index: [Key: Int] = [:]
  private var nodes: [Node?] = []
  private var free: [Int] = []
  private var small = Ends()
  private var main = Ends()
  private var ghosts = GhostQueue()

  let capacity: Int
  private var smallCapacity: Int { capacity / 10 }

  /// Values that had to leave for others.
  private(set) var evictions = 0

  private let onEviction: (@Sendable (Value) -> Void)?

  init(capacity: Int, onEviction: (@Sendable (Value) -> Void)? = nil) {
    self.capacity = capacity
    self.onEviction = onEviction
  }

  var cost: Int { small.cost + main.cost }
  var count: Int { index.count }

  /// The value of a key, which thereby counts as used.
  mutating func use(_ key: Key) -> Value? {
    guard let position = index[key], let node = nodes[position] else { return nil }
    if node.uses < 3 { nodes[position]?.uses += 1 }
    return node.value
  }

  /// The value of a key, which does not count as used.
  func peek(_ key: Key) -> Value? {
    index[key].flatMap { nodes[$0]?.value }
  }

  /// Puts a value in; one that costs more than the whole capacity is left out. A value already there is replaced in its place.
  mutating func insert(_ key: Key, _ value: Value, cost: Int) {
    if let position = index[key] {
      nodes[position]?.value = value
      return setCost(cost, at: position)
    }
    guard cost <= capacity else { return }
    evict(until: capacity - cost)
    let queue: Queue = ghosts.remove(key.hashValue) ? .main : .small
    let position = place(Node(key: key, value: value, cost: cost, queue: queue))
    index[key] = position
    append(position, to: queue)
  }

  /// Changes what a value costs.
  mutating func setCost(_ cost: Int, of key: Key) {
    if let position = index[key] { setCost(cost, at: position) }
  }

  /// Takes a key out. If it was worth keeping it still will be when it comes back: it is remembered as a ghost.
  @discardableResult
  mutating func remove(_ key: Key) -> Value? {
    guard let position = index[key], let node = takeOut(position) else { return nil }
    if node.queue == .main || node.uses > 1 { remember(key) }
    return node.value
  }

  /// Begins anew, without ghosts.
  /// - Returns: what it was before.
  mutating func removeAll() -> Self {
    let before = self
    self = S3FIFO(capacity: capacity, onEviction: onEviction)
    evictions = before.evictions
    return before
  }

  // MARK: Evicting

  private mutating func evict(until limit: Int) {
    while cost > limit {
      if small.cost > smallCapacity || main.count == 0 {
        evictFromSmall()
      } else {
        evictFromMain()
      }
    }
  }

  private mutating func evictFromSmall() {
    guard let position = small.oldest, let node = nodes[position] else { return }
    if node.uses > 1 {
      move(position, to: .main)
    } else {
      drop(position)
      remember(node.key)
    }
  }

  private mutating func evictFromMain() {
    guard let position = main.oldest, let node = nodes[position] else { return }
    if node.uses > 0 {
      move(position, to: .main)
      nodes[position]?.uses = node.uses - 1
    } else {
      drop(position)
    }
  }

  private mutating func drop(_ position: Int) {
    guard let node = takeOut(position) else { return }
    evictions += 1
    onEviction?(node.value)
  }

  private mutating func remember(_ key: Key) {
    ghosts.insert(key.hashValue, maximum: max(16, index.count))
  }

  private mutating func setCost(_ cost: Int, at position: Int) {
    guard let node = nodes[position] else { return }
    nodes[position]?.cost = cost
    change(node.queue) { $0.cost += cost - node.cost }
    evict(until: capacity)
  }

  // MARK: Places and links

  private mutating func place(_ node: Node) -> Int {
    if let position = free.popLast() {
      nodes[position] = node
      return position
    }
    nodes.append(node)
    return nodes.count - 1
  }

  private mutating func takeOut(_ position: Int) -> Node? {
    guard let node = nodes[position] else { return nil }
    unlink(position)
    nodes[position] = nil
    free.append(position)
    index[node.key] = nil
    return node
  }

  private mutating func move(_ position: Int, to queue: Queue) {
    unlink(position)
    nodes[position]?.queue = queue
    nodes[position]?.uses = 0
    append(position, to: queue)
  }

  private mutating func append(_ position: Int, to queue: Queue) {
    let newest = queue == .small ? small.newest : main.newest
    nodes[position]?.older = newest
    nodes[position]?.newer = nil
    if let newest { nodes[newest]?.newer = position }
    let cost = nodes[position]?.cost ?? 0
    change(queue) { ends in
      ends.newest = position
      if newest == nil { ends.oldest = position }
      ends.cost += cost
      ends.count += 1
    }
  }

  private mutating func unlink(_ position: Int) {
    guard let node = nodes[position] else { return }
    if let older = node.older { nodes[older]?.newer = node.newer }
    if let newer = node.newer { nodes[newer]?.older = node.older }
    change(node.queue) { ends in
      if node.older == nil { ends.oldest = node.newer }
      if node.newer == nil { ends.newest = node.older }
      ends.cost -= node.cost
      ends.count -= 1
    }
  }

  private mutating func change(_ queue: Queue, _ body: (inout Ends) -> Void) {
    switch queue {
    case .small: body(&small)
    case .main: body(&main)
    }
  }
}

extension S3FIFO: Sendable where Key: Sendable, Value: Sendable {}
extension S3FIFO.Node: Sendable where Key: Sendable, Value: Sendable {}
