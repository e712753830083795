import Cache

/// The bodies that stand decoded in the memory of the field cache.
struct DecodedBodies: BodyMemory {
  let cache: FieldCache

  /// A body is decoded by the first request that waits for it, and found here from then on.
  func find(_ keys: [CacheKey], workspace: String) -> (bodies: [KeptBody], remaining: Duration)? {
    guard let batch = cache.readMemory(keys, generationOf: workspace), let generation = batch.generation else {
      return nil
    }
    var bodies: [KeptBody] = []
    bodies.reserveCapacity(keys.count)
    var remaining: Duration?
    for entry in batch.values {
      guard let entry, let decoded = entry.derived as? DecodedBody,
        let body = decoded.ownBody(generation: generation, workspace: workspace)
      else { return nil }
      bodies.append(body)
      remaining = min(remaining ?? entry.remaining, entry.remaining)
    }
    return remaining.map { (bodies: bodies, remaining: $0) }
  }
}
