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
  /// The workspaces that the body names, itself and in the objects of its lists.
  private let owners: Set<String>
  let policy: CachePolicy

  private init(_ bytes: [UInt8], policy: CachePolicy) {
    self.policy = policy
    guard let document = try? JSONDocument(parsing: bytes, maxDepth: 256, allowsDuplicateKeys: true),
      document.root.kind == .object
    else {
      (kept, mark, owners) = (nil, nil, [])
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
    owners = Self.owners(of: Place(document, 0), policy.owner ?? Self.workspaceMember)
  }

  /// The documented bodies say whose they are in the root, or in each item.
  private static func owners(of root: Place, _ member: [UInt8]) -> Set<String> {
    var owners: Set<String> = []
    var distance = 0
    func add(_ object: Place) {
      guard let owner = object.member(member[...], distance: &distance) else { return }
      owners.insert(JSONValue(document: owner.document, index: owner.node).string ?? "")
    }
    add(root)
    var child = root.node + 1
    while child < root.document.next(after: root.node) {
      for element in Place(root.document, child).elements { add(element) }
      child = root.document.next(after: child)
    }
    return owners
  }

  private static let workspaceMember = Array("workspace_id".utf8)

  /// What an entry's text says, for the first reader and those after it.
  static func of(_ entry: MemoryEntry, policy: CachePolicy) -> DecodedBody {
    if let decoded = entry.derived as? DecodedBody { return decoded }
    let decoded = DecodedBody(entry.bytes, policy: policy)
    return entry.keep(decoded, cost: decoded.cost)
  }

  /// What the body is worth to a request.
  /// - Parameters:
  ///   - generation: the workspace's present generation: a value of ours read under another one is outdated.
  ///   - workspace: whose request it is; a body that names another one is not for it, nor, where the key names none, a body
  ///     that names none.
  ///   - remaining: the time that the value has in Redis.
  func reading(generation: Int64, workspace: String, remaining: Duration) -> CachedBody.Reading {
    guard let kept else { return .garbage }
    guard owners.isSubset(of: [workspace]), policy.owner == nil || !owners.isEmpty else {
      return policy.owner == nil ? .garbage : .notOurs
    }
    guard let mark else { return .foreign(kept.document) }
    guard mark.version == CachedBody.version, mark.generation == generation else { return .outdated }
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
