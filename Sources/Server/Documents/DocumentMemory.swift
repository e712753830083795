import Synchronization

/// Documents by hash, bounded in bytes. What has not been asked for during the last half of that is forgotten first.
///
/// Two generations: a document that is found in the old one moves to the young one; when the young one has taken half of
/// the bytes, it becomes the old one, and the former old one is gone. So no list of uses is kept.
final class DocumentMemory: Sendable {
  private struct Generations {
    var young: [DocumentHash: [UInt8]] = [:]
    var old: [DocumentHash: [UInt8]] = [:]
    var youngBytes = 0
  }

  /// What an entry takes besides its text, roughly.
  private static let overhead = 256

  private let halfBytes: Int
  private let generations = Mutex(Generations())

  init(maximumBytes: Int) {
    halfBytes = maximumBytes / 2
  }

  func find(_ hash: DocumentHash) -> [UInt8]? {
    generations.withLock { generations in
      if let text = generations.young[hash] { return text }
      guard let text = generations.old[hash] else { return nil }
      insert(text, hash, into: &generations)
      return text
    }
  }

  /// A document of more than half of the bytes is not kept.
  func insert(_ text: [UInt8], under hash: DocumentHash) {
    generations.withLock { insert(text, hash, into: &$0) }
  }

  private func insert(_ text: [UInt8], _ hash: DocumentHash, into generations: inout Generations) {
    let size = text.count + Self.overhead
    guard size <= halfBytes, generations.young[hash] == nil else { return }
    if generations.youngBytes + size > halfBytes {
      generations.old = generations.young
      generations.young = [:]
      generations.youngBytes = 0
    }
    generations.young[hash] = text
    generations.youngBytes += size
  }
}
