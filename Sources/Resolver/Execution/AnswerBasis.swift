import Cache

/// What an answer from memory was made of: while the same bodies stand under the same keys, the same request of the same
/// workspace has the same answer.
public struct AnswerBasis: Sendable {
  let keys: [CacheKey]
  /// ``KeptBody/id`` of the body under each key.
  let bodies: [UInt64]
  /// Who is so near the end of its time is looked at by itself, for it may have to be computed anew.
  let margins: [Duration]
  /// The field of each body.
  let roots: [Int]
  let workspace: String

  /// How long the bodies stay good; nil when one of them is gone, outdated or another one by now, or will be soon. Does no
  /// I/O.
  func remaining(in memory: any BodyMemory) -> Duration? {
    guard let found = memory.find(keys, workspace: workspace), found.count == bodies.count else { return nil }
    var smallest: Duration?
    for (index, found) in found.enumerated() {
      guard found.body.id == bodies[index], found.remaining >= margins[index] else { return nil }
      smallest = min(smallest ?? found.remaining, found.remaining)
    }
    return smallest
  }
}
