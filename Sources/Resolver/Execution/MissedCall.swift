import Cache

/// A call whose body has to be computed, and how it is stored then.
struct MissedCall: Sendable {
  struct Storing: Sendable {
    let key: CacheKey
    let policy: CachePolicy
    let generation: Int64
    let onlyIfAbsent: Bool
  }

  let call: RootCall
  /// Nil when the body must not be stored.
  let storing: Storing?
  /// Whose task the computation is.
  let lease: CacheLease
  /// Under which it is made; nil when nobody could say.
  let generation: Int64?

  /// The key whose lease is to be given back when there is nothing to store. Also when another instance seemed to have it and
  /// was waited for in vain: what is no lease would hold up everybody for ever.
  var leasedKey: CacheKey? { lease == .unknown ? nil : call.key }

  init(_ call: RootCall, cached: RootFetcher.CachedBodies, at position: Int, policies: SchemaBinding) {
    self.call = call
    lease = cached.leases[position]
    generation = cached.generations[position]
    guard let key = call.key, let policy = policies.roots[call.root].cache, let generation else {
      storing = nil
      return
    }
    // A key without workspace may be taken by another one at any moment: never overwrite what was not seen to be ours.
    let onlyIfAbsent = policy.owner != nil
    switch cached.misses[position] {
    case .notOurs: storing = nil
    case .absent:
      storing = Storing(key: key, policy: policy, generation: generation, onlyIfAbsent: onlyIfAbsent)
    case .outdated, .ignored, nil:
      storing = Storing(key: key, policy: policy, generation: generation, onlyIfAbsent: false)
    }
  }
}
