import NIOCore

/// The keys that went last, by their hash: what S3-FIFO knows of the past. First in, first out; O(1).
struct GhostQueue {
  private struct Ghost {
    let hash: Int
    let turn: Int
  }

  private var turns: [Int: Int] = [:]
  private var queue = CircularBuffer<Ghost>()
  private var nextTurn = 0

  /// Remembers a key, and forgets the oldest ones beyond `maximum`.
  mutating func insert(_ hash: Int, maximum: Int) {
    nextTurn += 1
    turns[hash] = nextTurn
    queue.append(Ghost(hash: hash, turn: nextTurn))
    while queue.count > maximum, let oldest = queue.popFirst() {
      if turns[oldest.hash] == oldest.turn { turns[oldest.hash] = nil }
    }
  }

  /// Forgets a key.
  /// - Returns: whether it was remembered.
  mutating func remove(_ hash: Int) -> Bool {
    turns.removeValue(forKey: hash) != nil
  }
}
