import Cache

/// The bodies that stand decoded in the memory of the field cache.
struct DecodedBodies: BodyMemory {
  let cache: FieldCache

  /// A body is decoded by the first request that waits for it, and found here from then on.
  func find(_ keys: [CacheKey], workspace: String) -> [(body: KeptBody, remaining: Duration)]? {
    guard let batch = cache.readMemory(keys, generationOf: workspace) else { return nil }
    var found: [(body: KeptBody, remaining: Duration)] = []
    found.reserveCapacity(keys.count)
    for entry in batch.values {
      guard let entry, let decoded = entry.derived as? DecodedBody,
        let generation = batch.generation(ofField: decoded.policy.keyPrefix),
        let own = decoded.ownBody(generation: generation, workspace: workspace, remaining: entry.remaining)
      else { return nil }
      found.append(own)
    }
    return found
  }
}
