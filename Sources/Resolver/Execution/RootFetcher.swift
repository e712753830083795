import Cache
import JSON
import Schema

/// Brings the bodies of root fields: from the cache, from a flight that is under way, from another instance that is
/// computing them, or from PostgreSQL.
struct RootFetcher: Sendable {
  let services: EngineServices
  let workspace: String

  /// What the cache had for the calls of a request.
  struct CachedBodies: Sendable {
    /// One for each call; nil is a miss.
    var bodies: [JSONDocument?]
    /// Where each body came from.
    var sources: [FieldOrigin.Source]
    /// The time for which each body is fresh; zero for a stale one.
    var remaining: [Duration]
    /// Calls whose body another service has written.
    var foreign: Set<Int> = []
    /// Why a call is a miss.
    var misses: [Miss?]
    /// Whose task it is to compute what is missing.
    var leases: [CacheLease]
    /// The generation under which each value, read from now on, may be stored; nil when Redis could not be asked.
    var generations: [Int64?]

    enum Miss: Sendable {
      /// There is nothing.
      case absent
      /// What is there cannot be used any more.
      case outdated
      /// Another service has written what is there, and it cannot be used.
      case ignored
      /// What is there belongs to another workspace.
      case notOurs
    }

    init(count: Int) {
      bodies = Array(repeating: nil, count: count)
      sources = Array(repeating: .redis, count: count)
      remaining = Array(repeating: .zero, count: count)
      misses = Array(repeating: .absent, count: count)
      leases = Array(repeating: .unknown, count: count)
      generations = Array(repeating: nil, count: count)
    }
  }

  // MARK: Reading

  /// Asks for all keys of a request: in memory, and what is not there, or old, in one round trip.
  ///
  /// What Redis is asked for is leased as well: a miss is computed by one instance, and the others wait for it.
  /// - Parameter answers: whether a body of another service's holds what the request selects.
  func read(
    _ calls: [RootCall],
    _ reading: FieldCache.Reading = .memoryFirst,
    answers: (RootCall, JSONDocument) -> Bool
  ) async -> CachedBodies {
    var cached = CachedBodies(count: calls.count)
    let keyed = calls.indices.filter { calls[$0].key != nil }
    let isTried = await look(for: keyed, of: calls, reading, into: &cached, answers)
    if isTried || services.leaseDuration == nil { return cached }
    // Redis has not been asked yet, and may have something better than memory, or nobody who sees to it.
    let missing = keyed.filter { cached.bodies[$0] == nil }
    _ = await look(for: missing, of: calls, .redisOnly, into: &cached, answers)
    return cached
  }

  /// - Returns: whether Redis was asked, whatever came of it.
  private func look(
    for positions: [Int],
    of calls: [RootCall],
    _ reading: FieldCache.Reading,
    into cached: inout CachedBodies,
    _ answers: (RootCall, JSONDocument) -> Bool
  ) async -> Bool {
    let keys = positions.compactMap { calls[$0].key }
    guard !keys.isEmpty, let batch = await services.readCache(keys, workspace: workspace, reading) else { return false }
    for (index, position) in positions.enumerated() {
      guard let policy = services.binding.roots[calls[position].root].cache else { continue }
      let generation = batch.generation(ofField: policy.keyPrefix)
      cached.generations[position] = generation
      cached.leases[position] = batch.lease(index)
      guard let entry = batch.values[index] else {
        if batch.isOccupied(index) { cached.misses[position] = .ignored }
        continue
      }
      cached.sources[position] = batch.isFromMemory(index) ? .memory : .redis
      let worth = DecodedBody.of(entry, policy: policy)
        .reading(generation: generation ?? 0, workspace: workspace, remaining: entry.remaining)
      cached.misses[position] = nil
      switch worth {
      case .body(let body, let remaining):
        cached.bodies[position] = body
        cached.remaining[position] = remaining
      case .stale(let body):
        cached.bodies[position] = body
        cached.sources[position] = .stale
      case .foreign(let body) where answers(calls[position], body):
        cached.bodies[position] = body
        cached.remaining[position] = entry.remaining
        cached.foreign.insert(position)
        if !batch.isFromMemory(index) {
          let ttl = entry.expiry.map { _ in entry.remaining }
          services.indexCached(entry.key, ttl: ttl, workspace: workspace)
        }
      case .foreign, .garbage: cached.misses[position] = .ignored
      case .outdated: cached.misses[position] = .outdated
      case .notOurs: cached.misses[position] = .notOurs
      }
    }
    return batch.isTried
  }

  // MARK: Fetching

  /// What a computation has brought.
  struct Fetched: Sendable {
    let outcome: StepResults.Outcome
    /// Whether another request had begun the computation.
    let isShared: Bool
  }

  /// Computes the bodies of calls that the cache had not, all in one pipeline, and stores them once they are there.
  ///
  /// A call that another request is computing already is awaited instead; one that another instance is computing, for the
  /// time of a lease.
  /// - Parameter positions: the position of each call among those that ``read(_:_:answers:)`` was asked for.
  func fetch(_ calls: [RootCall], cached: CachedBodies, at positions: [Int]) async -> [Fetched] {
    guard !calls.isEmpty else { return [] }
    let misses = zip(calls, positions).map { MissedCall($0, cached: cached, at: $1, policies: services.binding) }
    let (elsewhere, ours) = misses.indices.partitioned { misses[$0].lease == .elsewhere }
    let tickets =
      board(ours.map { misses[$0] }) { await compute($0) }
      + board(elsewhere.map { misses[$0] }) { await awaitOthers($0) }
    var fetched: [Fetched?] = Array(repeating: nil, count: calls.count)
    for (index, ticket) in zip(ours + elsewhere, tickets) {
      fetched[index] = Fetched(outcome: await ticket.value ?? .failure(.outOfTime), isShared: !ticket.isLeader)
    }
    return fetched.compactMap { $0 }
  }

  private func board(
    _ misses: [MissedCall],
    _ work: @escaping @Sendable ([MissedCall]) async -> [StepResults.Outcome]
  ) -> [FlightTable<FlightKey, StepResults.Outcome>.Ticket] {
    guard !misses.isEmpty else { return [] }
    let keys = misses.map {
      FlightKey(
        root: $0.call.root,
        workspace: workspace,
        arguments: ByteKey($0.call.argumentsText),
        generation: $0.generation
      )
    }
    return services.flights.join(keys) { leading in await work(leading.map { misses[$0] }) }
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

extension Range where Bound == Int {
  /// The numbers for which something holds, and the others, each in order.
  fileprivate func partitioned(by condition: (Int) -> Bool) -> (matching: [Int], others: [Int]) {
    (filter(condition), filter { !condition($0) })
  }
}
