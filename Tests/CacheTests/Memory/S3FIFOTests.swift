import Testing

@testable import Cache

@Suite struct S3FIFOTests {
  /// Random operations, each followed by a comparison with the model.
  @Test(arguments: 0..<40)
  func doesWhatThePaperSays(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let capacity = Int.random(in: 1...400, using: &random)
    var queue = S3FIFO<Int, Int>(capacity: capacity)
    var model = S3FIFOModel(capacity: capacity)
    for step in 0..<2000 {
      // Few keys are asked for often, many seldom.
      let key = Int.random(in: 0...Int.random(in: 1...60, using: &random), using: &random)
      let cost = Int.random(in: 1...30, using: &random)
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<5:
        let found = queue.use(key)
        #expect(found == model.use(key))
        if found == nil {
          queue.insert(key, step, cost: cost)
          model.insert(key, step, cost: cost)
        }
      case 5, 6:
        queue.insert(key, step, cost: cost)
        model.insert(key, step, cost: cost)
      case 7:
        queue.setCost(cost, of: key)
        model.setCost(cost, of: key)
      default:
        queue.remove(key)
        model.remove(key)
      }
      guard agree(queue, model) else {
        Issue.record("the two differ after step \(step) of seed \(seed)")
        return
      }
    }
  }

  private func agree(_ queue: S3FIFO<Int, Int>, _ model: S3FIFOModel) -> Bool {
    queue.cost == model.cost && queue.cost <= queue.capacity && queue.evictions == model.evictions
      && queue.count == model.contents.count && model.contents.allSatisfy { queue.peek($0.key) == $0.value }
  }

  /// A working set that fits, read again and again while ten thousand keys pass that are read once. A queue by
  /// recency alone would lose the whole set with each hundred of them.
  @Test func keepsItsWorkingSetDuringAScan() {
    var queue = S3FIFO<Int, Int>(capacity: 100)
    let workingSet = 0..<60
    for _ in 0..<3 { for key in workingSet where queue.use(key) == nil { queue.insert(key, key, cost: 1) } }
    var misses = 0
    for turn in 0..<10_000 {
      let scanned = 1000 + turn
      if queue.use(scanned) == nil { queue.insert(scanned, scanned, cost: 1) }
      // One use for every four keys of the scan: between two uses of a key 240 others pass.
      guard turn.isMultiple(of: 4) else { continue }
      let key = turn / 4 % workingSet.count
      if queue.use(key) == nil {
        misses += 1
        queue.insert(key, key, cost: 1)
      }
    }
    #expect(misses == 0)
    #expect(queue.cost == 100)
  }

  @Test func bringsAKeyThatWasMissedAfterItsEvictionStraightToTheMainQueue() {
    var queue = S3FIFO<Int, Int>(capacity: 10)
    for key in 0..<12 { queue.insert(key, key, cost: 1) }
    #expect(queue.peek(0) == nil)
    queue.insert(0, 0, cost: 1)
    for key in 100..<150 { queue.insert(key, key, cost: 1) }
    #expect(queue.peek(0) == 0)
  }

  @Test func remembersWhatWasUsedWhenItIsTakenOut() {
    var queue = S3FIFO<Int, Int>(capacity: 10)
    queue.insert(1, 1, cost: 1)
    _ = queue.use(1)
    _ = queue.use(1)
    queue.remove(1)
    queue.insert(1, 2, cost: 1)
    for key in 100..<150 { queue.insert(key, key, cost: 1) }
    #expect(queue.peek(1) == 2)
  }

  @Test func leavesOutWhatIsLargerThanTheWhole() {
    var queue = S3FIFO<Int, Int>(capacity: 10)
    queue.insert(1, 1, cost: 5)
    queue.insert(2, 2, cost: 11)
    #expect(queue.peek(1) == 1)
    #expect(queue.peek(2) == nil)
    queue.setCost(11, of: 1)
    #expect(queue.count == 0)
    #expect(queue.cost == 0)
  }
}

/// A source of random numbers with a seed (Steele et al., "Fast splittable pseudorandom number generators").
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
