import Cache
import Database
import JSON
import Schema

/// Brings the bodies of root fields: from the cache, from a flight that is under way, or from PostgreSQL.
struct RootFetcher: Sendable {
  let services: EngineServices
  let workspace: String

  /// What the cache had for the calls of a request.
  struct CachedBodies: Sendable {
    /// One for each call; nil is a miss.
    var bodies: [JSONDocument?]
    /// Calls under whose key a value of another workspace stands.
    var notOurs: Set<Int> = []
    /// Calls under whose key a value stands that could not be used.
    var outdated: Set<Int> = []
    /// The generation under which values read from now on may be stored; nil when Redis could not be asked.
    var generation: Int64?
    /// The time to live of each value.
    var remaining: [Duration]
  }

  // MARK: Reading

  /// Asks for all keys of a request: in memory, and what is not there in one round trip.
  /// - Parameter answers: whether a body of another service's holds what the request selects.
  func read(_ calls: [RootCall], answers: (RootCall, JSONDocument) -> Bool) async -> CachedBodies {
    var cached = CachedBodies(
      bodies: Array(repeating: nil, count: calls.count),
      remaining: Array(repeating: .zero, count: calls.count)
    )
    let keyed = calls.indices.filter { calls[$0].key != nil }
    guard !keyed.isEmpty else { return cached }
    guard let batch = await services.readCache(keyed.compactMap { calls[$0].key }, workspace: workspace) else {
      return cached
    }
    cached.generation = batch.generation
    for (position, index) in keyed.enumerated() {
      guard let entry = batch.values[position], let policy = services.binding.roots[calls[index].root].cache else {
        continue
      }
      let reading = DecodedBody.of(entry, policy: policy)
        .reading(generation: batch.generation ?? 0, workspace: workspace)
      switch reading {
      case .body(let body, let isForeign) where !isForeign || answers(calls[index], body):
        cached.bodies[index] = body
        cached.remaining[index] = entry.remaining
      case .body, .outdated: cached.outdated.insert(index)
      case .notOurs: cached.notOurs.insert(index)
      }
    }
    return cached
  }

  // MARK: Fetching

  /// What a computation has brought.
  struct Fetched: Sendable {
    let outcome: StepResults.Outcome
    /// Whether another request had begun the computation.
    let isShared: Bool
  }

  private struct Miss: Sendable {
    let call: RootCall
    /// How the body is stored; nil when it must not be.
    let storing: Storing?
  }

  private struct Storing: Sendable {
    let key: CacheKey
    let policy: CachePolicy
    let generation: Int64
    let onlyIfAbsent: Bool
  }

  /// Computes the bodies of calls that the cache had not, all in one pipeline, and stores them once they are there.
  ///
  /// A call that another request is computing already is awaited instead.
  /// - Parameter positions: the position of each call among those that ``read(_:answers:)`` was asked for.
  func fetch(_ calls: [RootCall], cached: CachedBodies, at positions: [Int]) async -> [Fetched] {
    guard !calls.isEmpty else { return [] }
    let misses = zip(calls, positions).map { Miss(call: $0, storing: storing($0, cached: cached, at: $1)) }
    let keys = calls.map {
      FlightKey(
        root: $0.root,
        workspace: workspace,
        arguments: ByteKey($0.argumentsText),
        generation: cached.generation
      )
    }
    let tickets = services.flights.join(keys) { leading in
      await compute(leading.map { misses[$0] })
    }
    var fetched: [Fetched] = []
    for ticket in tickets {
      fetched.append(Fetched(outcome: await ticket.value ?? .failure(.outOfTime), isShared: !ticket.isLeader))
    }
    return fetched
  }

  private func storing(_ call: RootCall, cached: CachedBodies, at position: Int) -> Storing? {
    guard let key = call.key, let policy = services.binding.roots[call.root].cache,
      let generation = cached.generation, !cached.notOurs.contains(position)
    else { return nil }
    // A key without workspace may be taken by another one at any moment: never overwrite what was not seen to be ours.
    let onlyIfAbsent = policy.owner != nil && !cached.outdated.contains(position)
    return Storing(key: key, policy: policy, generation: generation, onlyIfAbsent: onlyIfAbsent)
  }

  private func compute(_ misses: [Miss]) async -> [StepResults.Outcome] {
    var batch = StatementBatch()
    let parts = misses.map { miss in
      batch.add { () throws(GraphQLError) in
        try services.binding.roots[miss.call.root].resolver.queries(miss.call.call)
      }
    }
    let rows = await services.run(batch)
    var outcomes: [StepResults.Outcome] = []
    var writes: [CacheWrite] = []
    for (miss, part) in zip(misses, parts) {
      do throws(GraphQLError) {
        let body = try body(of: miss.call, rows[part])
        outcomes.append(body.root.isNull ? .null : .value(body, node: 0))
        if let write = write(body, miss) { writes.append(write) }
      } catch {
        outcomes.append(.failure(error))
      }
    }
    if !writes.isEmpty { services.writeCache(writes, workspace: workspace) }
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

  private func write(_ body: JSONDocument, _ miss: Miss) -> CacheWrite? {
    guard let storing = miss.storing, let text = CachedBody.encode(body.bytes, generation: storing.generation) else {
      return nil
    }
    return CacheWrite(key: storing.key, bytes: text, ttl: storing.policy.ttl, onlyIfAbsent: storing.onlyIfAbsent)
  }
}

/// What makes two computations the same. The generation is part of it: who asks after an invalidation must not get a
/// value that was read before it.
struct FlightKey: Sendable, Hashable {
  let root: Int
  let workspace: String
  let arguments: ByteKey
  let generation: Int64?
}
