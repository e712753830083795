import Cache
import JSON

/// What the text under a cache key says, decoded once: kept beside the text as long as that is in memory.
final class DecodedBody: Sendable {
  /// The mark that the cache adds to a body; see docs/decisions/0003-the-mark-in-cached-bodies.md.
  private struct Mark: Sendable {
    let version: Int64?
    let generation: Int64?
    /// For how long, at the end of its time in Redis, the body is past its own time.
    let stale: Duration
  }

  /// Nil when the text is no JSON object.
  private let kept: KeptBody?
  /// Nil when somebody else has written the body.
  private let mark: Mark?
  /// The workspace that the body names, where the policy of its key asks for one.
  private let owner: String?
  let policy: CachePolicy

  private init(_ bytes: [UInt8], policy: CachePolicy) {
    self.policy = policy
    guard let document = try? JSONDocument(parsing: bytes, maxDepth: 256, allowsDuplicateKeys: true),
      document.root.kind == .object
    else {
      (kept, mark, owner) = (nil, nil, nil)
      return
    }
    kept = KeptBody(document)
    mark = document.member(CachedBody.member[...], of: 0).map { index in
      let mark = JSONValue(document: document, index: index)
      return Mark(
        version: mark["version"]?.int,
        generation: mark["generation"]?.int,
        stale: .seconds(max(0, mark["stale"]?.int ?? 0))
      )
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

  /// What the body is worth to a request.
  /// - Parameters:
  ///   - generation: the workspace's present generation: a value of ours read under another one is outdated.
  ///   - workspace: whose request it is; a policy with an owner admits only its values.
  ///   - remaining: the time that the value has in Redis.
  func reading(generation: Int64, workspace: String, remaining: Duration) -> CachedBody.Reading {
    guard policy.owner == nil || owner == workspace else { return .notOurs }
    guard let kept else { return .garbage }
    guard let mark else { return .foreign(kept.document) }
    guard mark.version == CachedBody.version, !policy.usesGeneration || mark.generation == generation else {
      return .outdated
    }
    if remaining > mark.stale { return .body(kept.document, remaining: remaining - mark.stale) }
    return policy.stale == nil || remaining <= .zero ? .outdated : .stale(kept.document)
  }

  /// The body, if it is a whole and fresh one of ours that the request may have, and for how long it is fresh.
  func ownBody(
    generation: Int64,
    workspace: String,
    remaining: Duration
  ) -> (body: KeptBody, remaining: Duration)? {
    guard let kept,
      case .body(_, let remaining) = reading(generation: generation, workspace: workspace, remaining: remaining)
    else { return nil }
    return (kept, remaining)
  }

  /// Bytes beside the text, which the document shares with its entry: the nodes, and room for renderings.
  private var cost: Int {
    guard let kept else { return 256 }
    return kept.document.nodes.count * MemoryLayout<JSONNode>.stride + kept.fragments.maxBytes + 256
  }
}
