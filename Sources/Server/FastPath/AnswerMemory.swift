import NIOCore
import Resolver
import Synchronization

/// Answers that were made from memory alone, by the whole request: a repeat is one look-up for the answer and one for
/// what it was made of, which alone says whether it still holds. Bounded in bytes.
final class AnswerMemory: Sendable {
  /// The workspace is part of it: nobody is given what was made for another.
  struct Key: Hashable {
    let workspace: WorkspaceID
    let body: ByteBuffer
  }

  private let answers: Mutex<Generations<Key, KeptAnswer>>

  init(maximumBytes: Int = 16 << 20) {
    answers = Mutex(Generations(capacity: maximumBytes))
  }

  func find(_ key: Key) -> KeptAnswer? {
    answers.withLock { $0.find(key) }
  }

  /// Takes the place of what was there under the key.
  func insert(_ answer: KeptAnswer, under key: Key) {
    let cost = answer.cost + key.body.readableBytes
    answers.withLock { $0.insert(answer, under: key, cost: cost) }
  }

  /// How many answers are held.
  var count: Int { answers.withLock { $0.count } }
}

/// An answer and the forms of its body that clients have asked for.
final class KeptAnswer: Sendable {
  let result: ExecutionResult
  /// The result's body, for the network.
  let bytes: ByteBuffer

  private let encoded = Mutex<[ContentCoding: ByteBuffer]>([:])

  init(_ result: ExecutionResult) {
    self.result = result
    bytes = ByteBuffer(bytes: result.body)
  }

  /// The body in a coding; nil when that makes it no smaller. The first time takes what ``Compression`` does.
  func bytes(as coding: ContentCoding) -> ByteBuffer? {
    if let known = encoded.withLock({ $0[coding] }) { return known.readableBytes > 0 ? known : nil }
    let made = Compression.encode(result.body, as: coding)
    let useful = made.flatMap { $0.count < result.body.count ? ByteBuffer(bytes: $0) : nil }
    encoded.withLock { $0[coding] = useful ?? ByteBuffer() }
    return useful
  }

  /// Bytes that it takes at most: the result and the buffer hold the body twice, its encoded forms are smaller.
  fileprivate var cost: Int { 4 * bytes.readableBytes + 512 }
}
