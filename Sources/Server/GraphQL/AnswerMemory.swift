import NIOCore
import Resolver
import Synchronization

/// Answers that were made from memory alone, by the whole request: a repeat is one look-up for the answer and one for
/// what it was made of, which alone says whether it still holds.
///
/// Bounded in bytes, in two generations: when the young one is full it becomes the old one, and what was in the old one and
/// not asked for since is forgotten.
final class AnswerMemory: Sendable {
  /// The workspace is part of it: nobody is given what was made for another.
  struct Key: Hashable {
    let workspace: WorkspaceID
    let body: ByteBuffer
  }

  struct Answer: Sendable {
    let result: ExecutionResult
    /// The result's body, for the network.
    let bytes: ByteBuffer
  }

  private struct State {
    var young: [Key: Answer] = [:]
    var old: [Key: Answer] = [:]
    var youngBytes = 0
  }

  private let state = Mutex(State())
  private let generationBytes: Int

  init(maximumBytes: Int = 16 << 20) {
    generationBytes = maximumBytes / 2
  }

  func find(_ key: Key) -> Answer? {
    state.withLock { state in
      if let answer = state.young[key] { return answer }
      guard let answer = state.old.removeValue(forKey: key) else { return nil }
      insert(answer, under: key, in: &state)
      return answer
    }
  }

  /// Takes the place of what was there under the key.
  func insert(_ answer: Answer, under key: Key) {
    state.withLock { insert(answer, under: key, in: &$0) }
  }

  /// How many answers are held.
  var count: Int { state.withLock { $0.young.count + $0.old.count } }

  private func insert(_ answer: Answer, under key: Key, in state: inout State) {
    let cost = Self.cost(answer, key)
    guard cost <= generationBytes else { return }
    if state.youngBytes + cost > generationBytes {
      state.old = state.young
      state.young = [:]
      state.youngBytes = 0
    }
    if let replaced = state.young.updateValue(answer, forKey: key) { state.youngBytes -= Self.cost(replaced, key) }
    state.youngBytes += cost
  }

  /// The result and the buffer hold the bytes twice.
  private static func cost(_ answer: Answer, _ key: Key) -> Int {
    2 * answer.bytes.readableBytes + key.body.readableBytes + 512
  }
}
