/// What a document may cost before anything is known about it.
public struct ParserLimits: Sendable, Hashable {
  public var maxBytes: Int
  public var maxTokens: Int
  /// Nested selection sets and values. The parser recurses, so this also bounds its stack.
  public var maxDepth: Int

  public init(maxBytes: Int = 1 << 20, maxTokens: Int = 15_000, maxDepth: Int = 100) {
    self.maxBytes = maxBytes
    self.maxTokens = maxTokens
    self.maxDepth = maxDepth
  }

  /// For type-system documents, which the operator writes.
  public static let trusted = ParserLimits(maxBytes: 1 << 28, maxTokens: 10_000_000, maxDepth: 100)
}
