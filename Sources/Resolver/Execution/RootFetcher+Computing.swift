import Cache
import Database
import JSON
import Schema

extension RootFetcher {
  /// Asks PostgreSQL for everything in one pipeline, and stores what comes behind the caller's back.
  func compute(_ misses: [MissedCall]) async -> [StepResults.Outcome] {
    for miss in misses { services.tally.update(miss.call.root) { $0.computations += 1 } }
    var batch = StatementBatch()
    let parts = misses.map { miss in
      batch.add { () throws(GraphQLError) in
        try services.binding.roots[miss.call.root].resolver.queries(miss.call.call)
      }
    }
    let rows = await services.run(batch, workspace: workspace)
    var outcomes: [StepResults.Outcome] = []
    var writes: [CacheWrite] = []
    var unused: [CacheKey] = []
    for (miss, part) in zip(misses, parts) {
      do throws(GraphQLError) {
        let body = try body(of: miss.call, rows[part])
        outcomes.append(body.root.isNull ? .null : .value(body, node: 0))
        if let write = write(body, miss) {
          writes.append(write)
        } else if let key = miss.leasedKey {
          unused.append(key)
        }
      } catch {
        outcomes.append(.failure(error))
        services.tally.update(miss.call.root) { $0.errors += 1 }
        if let key = miss.leasedKey { unused.append(key) }
      }
    }
    if !writes.isEmpty { services.writeCache(writes, workspace: workspace) }
    if !unused.isEmpty { services.releaseLeases(unused, workspace: workspace) }
    return outcomes
  }

  private func body(
    of call: RootCall,
    _ rows: Result<[SQLResult], GraphQLError>
  ) throws(GraphQLError) -> JSONDocument {
    var writer = JSONWriter(reserving: 4096)
    try services.binding.roots[call.root].resolver.body(try rows.get(), call.call, into: &writer)
    return try services.parse(writer.bytes)
  }

  private func write(_ body: JSONDocument, _ miss: MissedCall) -> CacheWrite? {
    guard let storing = miss.storing,
      let text = CachedBody.encode(body.bytes, generation: storing.generation, stale: storing.policy.stale)
    else { return nil }
    services.tally.update(miss.call.root) { $0.bytesStored += text.count }
    return CacheWrite(
      key: storing.key,
      bytes: text,
      ttl: storing.policy.lifetimeInRedis,
      onlyIfAbsent: storing.onlyIfAbsent,
      isLeased: miss.lease != .unknown
    )
  }
}
