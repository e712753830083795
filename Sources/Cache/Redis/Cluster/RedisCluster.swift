import NIOCore
import Synchronization

/// Redis Cluster: sends each command to the primary of its key's slot, all of a call at the same time, and follows the
/// cluster when it changes.
///
/// 1. A call costs one round trip to each node that it touches, at the same time. Redirected commands cost another.
/// 2. ``Primaries`` is told of a new primary before any command goes there, under the lock under which the way of a
///    command is looked up, so that nothing is read from a server that nobody listens to.
/// 3. A node that does not answer fails only its own commands, and makes the cluster be asked again.
final class RedisCluster: Sendable {
  typealias Endpoint = RedisAddress.Endpoint

  private struct State {
    var slots = SlotMap()
    var nodes: [Endpoint: RedisNode] = [:]
    var refresh: Task<Void, Never>?
    var refreshedAt: ContinuousClock.Instant?
    var turn = 0
    var isClosed = false
  }

  /// So often a command is sent to follow the cluster's redirections.
  private static let maximumRounds = 5
  private static let pause = Duration.milliseconds(10)
  /// How often the cluster is asked for its slots, and how often at the most when a node seems to be gone.
  private static let refreshInterval = Duration.seconds(1)
  private static let shortestInterval = Duration.milliseconds(100)

  private let seeds: [Endpoint]
  private let configuration: RedisConfiguration
  private let eventLoopGroup: any EventLoopGroup
  private let primaries: Primaries
  private let tally: Tally<RedisStatistics>
  private let log: OccasionalLog
  private let state = Mutex(State())

  init(
    seeds: [Endpoint],
    configuration: RedisConfiguration,
    eventLoopGroup: any EventLoopGroup,
    primaries: Primaries,
    tally: Tally<RedisStatistics>,
    log: OccasionalLog
  ) {
    self.seeds = seeds
    self.configuration = configuration
    self.eventLoopGroup = eventLoopGroup
    self.primaries = primaries
    self.tally = tally
    self.log = log
  }

  // MARK: Life

  /// Follows the changes of the cluster until the task is cancelled.
  func run() async {
    while !Task.isCancelled {
      await beginRefresh(preferring: nil).value
      try? await Task.sleep(for: Self.refreshInterval)
    }
  }

  func close() async {
    let nodes = state.withLock { state in
      state.isClosed = true
      defer { state.nodes = [:] }
      return state.nodes.values
    }
    for node in nodes { await node.close() }
  }

  // MARK: Calls

  func pipeline(_ commands: [RedisCommand], deadline: NIODeadline) async throws(CacheError) -> [RedisReply] {
    try await discover(until: deadline)
    var batch = ClusterBatch(commands)
    for round in 1...Self.maximumRounds {
      let shares = state.withLock { state in batch.shares { owner(of: $0, &state) } }
      var lessons = ClusterBatch.Lessons()
      let outcomes = try await exchange(shares, deadline: deadline)
      for (share, outcome) in zip(shares, outcomes) { batch.take(outcome, for: share, &lessons) }
      learn(lessons)
      if batch.isComplete || NIODeadline.now() >= deadline { break }
      tally.update { $0.redirections += 1 }
      if lessons.needsPause && round < Self.maximumRounds { try? await Task.sleep(for: Self.pause) }
    }
    return try batch.result()
  }

  private func owner(of slot: Int?, _ state: inout State) -> Endpoint? {
    if let slot { return state.slots.owner(of: slot) }
    guard !state.slots.primaries.isEmpty else { return nil }
    state.turn &+= 1
    return state.slots.primaries[state.turn % state.slots.primaries.count]
  }

  private func exchange(
    _ shares: [ClusterBatch.Share],
    deadline: NIODeadline
  ) async throws(CacheError) -> [RedisCall.Outcome] {
    guard !shares.isEmpty else { return [] }
    var requests: [ByteBuffer] = []
    for share in shares { requests.append(try RedisCommand.encode(share.commands)) }
    return await withCheckedContinuation { continuation in
      let gathering = Gathering(count: shares.count, continuation)
      for (index, share) in shares.enumerated() {
        let node = node(share.endpoint)
        let call = RedisCall(requests[index], replyCount: share.commands.count, deadline: deadline) { outcome in
          // The node lives until it has answered, though it may have left the cluster meanwhile.
          withExtendedLifetime(node) { gathering.take(outcome, at: index) }
        }
        node.submit(call)
      }
    }
  }

  private func node(_ endpoint: Endpoint) -> RedisNode {
    state.withLock { state in
      if let node = state.nodes[endpoint] { return node }
      let node = RedisNode(
        configuration.server(endpoint),
        eventLoopGroup: eventLoopGroup,
        tally: tally,
        log: log
      )
      if !state.isClosed { state.nodes[endpoint] = node }
      return node
    }
  }

  // MARK: Following the cluster

  /// Waits until slots are known, while somebody asks for them.
  func discover(until deadline: NIODeadline) async throws(CacheError) {
    guard state.withLock({ $0.isClosed || $0.slots.primaries.isEmpty }) else { return }
    var isFirst = true
    while state.withLock({ $0.slots.primaries.isEmpty && !$0.isClosed && (isFirst || $0.refresh != nil) }),
      NIODeadline.now() < deadline
    {
      if isFirst { beginRefresh(preferring: nil) }
      isFirst = false
      try? await Task.sleep(for: .milliseconds(2))
    }
    if state.withLock({ $0.isClosed }) { throw CacheError(.unavailable, "The connection to Redis was closed") }
  }

  private func learn(_ lessons: ClusterBatch.Lessons) {
    if !lessons.asked.isEmpty {
      primaries.askedElsewhere(lessons.asked.compactMap { $0.routingKey.map { CacheKey(bytes: Array($0)) } })
    }
    if !lessons.moves.isEmpty {
      state.withLock { state in
        for move in lessons.moves { state.slots.move(move.slot, to: move.to) }
        primaries.change(to: state.slots.primaries)
      }
    }
    guard lessons.isClusterSuspect || !lessons.moves.isEmpty else { return }
    let witness = lessons.moves.first?.to
    let isDue = state.withLock { state in
      state.refreshedAt.map { ContinuousClock.now - $0 > Self.shortestInterval } ?? true
    }
    if isDue { beginRefresh(preferring: witness) }
  }

  /// Asks one node after the other for the slots until one answers, once at a time.
  /// - Parameter witness: a node that is likely to know.
  @discardableResult
  private func beginRefresh(preferring witness: Endpoint?) -> Task<Void, Never> {
    state.withLock { state in
      if let running = state.refresh { return running }
      let task = Task { await askForSlots(witness) }
      state.refresh = task
      return task
    }
  }

  private func askForSlots(_ witness: Endpoint?) async {
    var lastError: CacheError?
    for endpoint in candidates(witness) {
      do throws(CacheError) {
        let deadline = NIODeadline.now() + TimeAmount(configuration.timeout + configuration.connectTimeout)
        let replies = try await node(endpoint).exchange([RedisCommand("CLUSTER", "SLOTS")], deadline: deadline)
        guard let reply = replies.first else { continue }
        let slots = try SlotMap(reply, asked: endpoint)
        // A node that has lost sight of the others, or has not met them yet, knows of none.
        guard !slots.primaries.isEmpty else { continue }
        return adopt(slots)
      } catch {
        lastError = error
      }
    }
    state.withLock { state in
      state.refresh = nil
      state.refreshedAt = .now
    }
    log.warning(
      "The Redis cluster cannot be asked for its nodes",
      detail: lastError?.debugDescription ?? "no node knows of any slots"
    )
  }

  private func candidates(_ witness: Endpoint?) -> [Endpoint] {
    let known = state.withLock { state in
      state.turn &+= 1
      let primaries = state.slots.primaries
      return primaries.indices.map { primaries[($0 + state.turn) % primaries.count] }
    }
    var seen: Set<Endpoint> = []
    return ([witness].compactMap { $0 } + known + seeds).filter { seen.insert($0).inserted }
  }

  private func adopt(_ slots: SlotMap) {
    // Released outside of the lock: closing takes its time.
    let left = state.withLock { state in
      state.refresh = nil
      state.refreshedAt = .now
      primaries.change(to: slots.primaries)
      state.slots = slots
      let staying = Set(slots.primaries)
      let left = state.nodes.filter { !staying.contains($0.key) }
      state.nodes = state.nodes.filter { staying.contains($0.key) }
      return left
    }
    _ = left
  }
}

/// Collects the outcomes of exchanges that go on at the same time.
private final class Gathering: Sendable {
  private struct State {
    var outcomes: [RedisCall.Outcome?]
    var missing: Int
  }

  private let state: Mutex<State>
  private let continuation: CheckedContinuation<[RedisCall.Outcome], Never>

  init(count: Int, _ continuation: CheckedContinuation<[RedisCall.Outcome], Never>) {
    state = Mutex(State(outcomes: Array(repeating: nil, count: count), missing: count))
    self.continuation = continuation
  }

  func take(_ outcome: RedisCall.Outcome, at index: Int) {
    let whole = state.withLock { state -> [RedisCall.Outcome]? in
      state.outcomes[index] = outcome
      state.missing -= 1
      return state.missing == 0 ? state.outcomes.compactMap { $0 } : nil
    }
    if let whole { continuation.resume(returning: whole) }
  }
}
