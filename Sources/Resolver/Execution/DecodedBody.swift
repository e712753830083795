import Cache
import JSON

/// What the text under a cache key says, decoded once: kept beside the text as long as that is in memory.
final class DecodedBody: Sendable {
  /// The mark that the cache adds to a body; see docs/decisions/0003-the-mark-in-cached-bodies.md.
  struct Mark: Sendable {
    let version: Int64?
    let generation: Int64?
  }

  /// Nil when the text is no JSON object.
  let document: JSONDocument?
  /// Nil when somebody else has written the body.
  let mark: Mark?
  /// The workspace that the body names, where the policy of its key asks for one.
  let owner: String?

  private init(_ bytes: [UInt8], policy: CachePolicy) {
    guard let document = try? JSONDocument(parsing: bytes, maxDepth: 256, allowsDuplicateKeys: true),
      document.root.kind == .object
    else {
      (self.document, mark, owner) = (nil, nil, nil)
      return
    }
    self.document = document
    mark = document.member(CachedBody.member[...], of: 0).map { index in
      let mark = JSONValue(document: document, index: index)
      return Mark(version: mark["version"]?.int, generation: mark["generation"]?.int)
    }
    owner = policy.owner.flatMap { document.member($0[...], of: 0) }
      .flatMap { JSONValue(document: document, index: $0).string }
  }

  /// What an entry's text says, for the first reader and those after it.
  static func of(_ entry: MemoryEntry, policy: CachePolicy) -> DecodedBody {
    if let decoded = entry.derived as? DecodedBody { return decoded }
    let decoded = DecodedBody(entry.bytes, policy: policy)
    return entry.keep(decoded, cost: decoded.cost)
  }

  /// Bytes beside the text, which the document shares with its entry.
  private var cost: Int {
    (document?.nodes.count ?? 0) * MemoryLayout<JSONNode>.stride + 256
  }
}
