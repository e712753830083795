/// The text under which a value stands in Redis, byte for byte as documented.
public struct CacheKey: Sendable, Hashable {
  /// Longer keys are not made: what they stand for is not cached.
  public static let maximumLength = 1024

  let bytes: [UInt8]

  public init(_ text: String) {
    bytes = Array(text.utf8)
  }

  init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Counts the invalidations of a workspace. A missing counter reads as 0.
  static func generation(of workspace: String) -> CacheKey {
    CacheKey("gen:\(workspace)")
  }

  /// The set of keys that were written for a workspace.
  static func index(of workspace: String) -> CacheKey {
    CacheKey("idx:\(workspace)")
  }
}

extension CacheKey: CustomStringConvertible {
  public var description: String { String(decoding: bytes, as: UTF8.self) }
}
