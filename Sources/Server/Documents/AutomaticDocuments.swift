import Cache
import Resolver

/// Automatic persisted queries: documents that clients have sent once with their hash, and then name by it.
///
/// In memory, and behind that in Redis under `apq:{sha256}` for the other instances. They hold text alone: no identity, no
/// variables, no plan. What Redis gives is held against its hash, so nobody who writes there can pass off one document
/// for another.
final class AutomaticDocuments: Sendable {
  /// Longer documents are executed, but not kept.
  static let maximumLength = 128 << 10

  private let cache: FieldCache
  private let memory: DocumentMemory
  private let lifetime: Duration

  /// - Parameter lifetime: in Redis, since the last registration.
  init(cache: FieldCache, lifetime: Duration, maximumBytes: Int = 16 << 20) {
    self.cache = cache
    self.lifetime = lifetime
    memory = DocumentMemory(maximumBytes: maximumBytes)
  }

  /// No round trip for a document in memory, else one to Redis. When Redis does not answer, there is none.
  func find(_ hash: DocumentHash) async -> [UInt8]? {
    if let text = memory.find(hash) { return text }
    let batch = await cache.read([Self.key(of: hash)], generationOf: nil)
    guard let text = batch.values.first??.bytes, DocumentHash(of: text) == hash else { return nil }
    memory.insert(text, under: hash)
    return text
  }

  /// No round trip.
  func findInMemory(_ hash: DocumentHash) -> [UInt8]? { memory.find(hash) }

  /// Keeps a valid document, in Redis behind the caller's back.
  func insert(_ text: [UInt8], under hash: DocumentHash) {
    guard text.count <= Self.maximumLength else { return }
    memory.insert(text, under: hash)
    cache.write([CacheWrite(key: Self.key(of: hash), bytes: text, ttl: lifetime)], workspace: nil)
  }

  static func key(of hash: DocumentHash) -> CacheKey { CacheKey("apq:\(hash)") }
}
