import HTTPTypes
import NIOCore
import Resolver
import Synchronization

/// Requests that were answered from memory, by all of their bytes: clients that poll send the same ones over and over. The
/// same bytes at the beginning of a message are the same request, so nothing of them needs to be parsed again.
///
/// One for each listener, since the same fields mean different things there. Bounded in bytes.
final class RepeatMemory: Sendable {
  /// A whole message.
  struct Key: Hashable {
    fileprivate let bytes: ByteBuffer
    fileprivate let digest: Int

    /// - Returns: nil for bytes that cannot be one of the requests that are kept.
    init?(_ bytes: ByteBuffer) {
      guard bytes.readableBytes <= RepeatMemory.maximumRequest, bytes.readableBytesView.starts(with: Self.beginning)
      else { return nil }
      self.bytes = bytes
      digest = bytes.hashValue
    }

    /// The key with bytes of its own, and not a part of what was read from the network.
    fileprivate var kept: Key { Key(bytes: ByteBuffer(bytes: bytes.readableBytesView), digest: digest) }

    private init(bytes: ByteBuffer, digest: Int) {
      self.bytes = bytes
      self.digest = digest
    }

    func hash(into hasher: inout Hasher) { hasher.combine(digest) }

    private static let beginning = Array("POST \(ImmediateResponder.path) ".utf8)
  }

  private struct State {
    var answers: Generations<Key, RepeatableAnswer>
    /// Digests of requests that were seen once, each in its place.
    var seen = [Int](repeating: 0, count: 1024)
  }

  /// Bytes of head and body together.
  private static let maximumRequest = 16_384

  private let state: Mutex<State>

  init(maximumBytes: Int = 8 << 20) {
    state = Mutex(State(answers: Generations(capacity: maximumBytes)))
  }

  func find(_ key: Key) -> RepeatableAnswer? {
    state.withLock { $0.answers.find(key) }
  }

  /// Keeps a request that comes for the second time: those with a field that is never the same again would fill the
  /// memory for nothing.
  func note(_ key: Key, _ answer: () -> RepeatableAnswer) {
    let isKnown = state.withLock { state in
      let place = key.digest & (state.seen.count - 1)
      defer { state.seen[place] = key.digest }
      return state.seen[place] == key.digest
    }
    guard isKnown else { return }
    let answer = answer()
    state.withLock { $0.answers.insert(answer, under: key.kept, cost: 2 * key.bytes.readableBytes + 2048) }
  }

  /// How many requests are held.
  var count: Int { state.withLock { $0.answers.count } }
}

/// All that is needed to answer the same bytes once more, but for the answer itself: that is ``AnswerMemory``'s, whose
/// bound it counts against, and gone when it has been forgotten there.
final class RepeatableAnswer: Sendable {
  let request: HTTPRequest
  let proof: Authenticator.Proof
  let head: AnswerHead
  private weak let answer: KeptAnswer?
  /// How this client takes the body; nil as it is.
  private let coding: ContentCoding?

  init(
    request: HTTPRequest,
    proof: Authenticator.Proof,
    answer: KeptAnswer,
    head: AnswerHead,
    coding: ContentCoding?
  ) {
    self.request = request
    self.proof = proof
    self.answer = answer
    self.head = head
    self.coding = coding
  }

  /// The answer and its body as this client takes it; nil when it is no longer kept.
  var kept: (result: ExecutionResult, body: ByteBuffer)? {
    guard let answer else { return nil }
    guard let coding else { return (answer.result, answer.bytes) }
    return answer.bytes(as: coding).map { (answer.result, $0) }
  }
}
