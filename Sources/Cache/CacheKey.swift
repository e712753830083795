/// The text under which a value stands in Redis, byte for byte as documented.
public struct CacheKey: Sendable, Hashable {
  /// Longer keys are not made: what they stand for is not cached.
  public static let maximumLength = 1024

  let bytes: [UInt8]
  /// Of the bytes, differing from process to process. Kept because a key is looked up several times.
  let digest: Int

  public init(_ text: String) {
    self.init(bytes: Array(text.utf8))
  }

  init(bytes: [UInt8]) {
    self.bytes = bytes
    digest = bytes.hashValue
  }

  /// Counts the invalidations of a workspace.
  static func generation(of workspace: String) -> CacheKey {
    CacheKey(bytes: generationPrefix + workspace.utf8)
  }

  /// Counts the invalidations of single fields of a workspace, in a hash.
  static func fieldGenerations(of workspace: String) -> CacheKey {
    CacheKey(bytes: generationPrefix + workspace.utf8 + fieldsSuffix)
  }

  private static let fieldsSuffix = Array(":fields".utf8)

  /// What the key of every generation counter begins with.
  static let generationPrefix = Array("gen:".utf8)

  /// The keys that were written for a workspace, sorted by when they expire.
  static func index(of workspace: String) -> CacheKey {
    CacheKey("idx:\(workspace)")
  }

  public static func == (left: CacheKey, right: CacheKey) -> Bool {
    left.digest == right.digest && left.bytes == right.bytes
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(digest)
  }
}

extension CacheKey: CustomStringConvertible {
  public var description: String { String(decoding: bytes, as: UTF8.self) }
}
