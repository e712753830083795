import Synchronization

/// The bytes that root fields had in answers made of one body, kept beside it: the next answer of the same plan copies them.
///
/// Only what was written without error and follows from the body alone is kept. The plan knows aliases, `__typename` and
/// order, so plan and field are all that a rendering depends on. Bounded: the oldest rendering gives way.
public final class RenderedFragments: Sendable {
  private struct Fragment {
    let plan: UInt64
    let field: Int
    let bytes: [UInt8]
  }

  private struct State {
    var fragments: [Fragment] = []
    var bytes = 0
  }

  /// What is kept never occupies more; count it when the body is taken into memory.
  public let maxBytes: Int
  private let state = Mutex(State())

  public init(maxBytes: Int) {
    self.maxBytes = maxBytes
  }

  /// How many renderings are kept.
  public var count: Int { state.withLock { $0.fragments.count } }
  /// What they occupy.
  public var bytes: Int { state.withLock { $0.bytes } }

  func find(plan: UInt64, field: Int) -> [UInt8]? {
    state.withLock { state in
      state.fragments.first { $0.plan == plan && $0.field == field }?.bytes
    }
  }

  func keep(_ bytes: [UInt8], plan: UInt64, field: Int) {
    guard bytes.count <= maxBytes else { return }
    state.withLock { state in
      guard !state.fragments.contains(where: { $0.plan == plan && $0.field == field }) else { return }
      state.fragments.append(Fragment(plan: plan, field: field, bytes: bytes))
      state.bytes += bytes.count
      while state.bytes > maxBytes || state.fragments.count > Self.maxCount {
        state.bytes -= state.fragments.removeFirst().bytes.count
      }
    }
  }

  /// Few enough to be searched one by one.
  private static let maxCount = 16
}
