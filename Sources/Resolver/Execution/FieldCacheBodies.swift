import Cache

/// The bodies that the field cache has in memory, decoded by an earlier request. Never waits for Redis.
struct FieldCacheBodies: BodyMemory {
  let cache: FieldCache

  func find(_ key: CacheKey, workspace: String) -> (body: KeptBody, remaining: Duration)? {
    guard let batch = cache.readMemory([key], generationOf: workspace), let entry = batch.values[0],
      let decoded = entry.derived as? DecodedBody, let kept = decoded.kept,
      case .body = decoded.reading(generation: batch.generation ?? 0, workspace: workspace)
    else { return nil }
    return (kept, entry.remaining)
  }
}
