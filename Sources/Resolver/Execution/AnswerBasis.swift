import Cache

/// What an answer from memory was made of: while the same bodies stand under the same keys, the same request of the same
/// workspace has the same answer.
public struct AnswerBasis: Sendable {
  let keys: [CacheKey]
  /// ``KeptBody/id`` of the body under each key.
  let bodies: [UInt64]
  let workspace: String

  /// How long the bodies stay good; nil when one of them is gone, outdated or another one by now. Does no I/O.
  func remaining(in memory: any BodyMemory) -> Duration? {
    guard let found = memory.find(keys, workspace: workspace), found.count == bodies.count else { return nil }
    var smallest: Duration?
    for (found, id) in zip(found, bodies) {
      guard found.body.id == id else { return nil }
      smallest = min(smallest ?? found.remaining, found.remaining)
    }
    return smallest
  }
}
