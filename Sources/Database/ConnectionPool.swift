public import Logging
internal import Synchronization

/// Connections to one database, shared by many tasks.
///
/// Connections are opened when needed; `run()` keeps the minimum open besides, and closes all when its task is
/// cancelled. Callers that find none free wait in order, for `acquireTimeout` at most. While the server is down callers
/// fail as fast as connecting fails, and the pool is back as soon as an attempt succeeds (attempts at most a second
/// apart).
public final class ConnectionPool: Sendable {
  private struct Pool: Sendable {
    var state: PoolState
    var connections: [Int: DatabaseConnection] = [:]
    var waiters: [Int: CheckedContinuation<Result<Lease, DatabaseError>, Never>] = [:]
    var lastWaiter = 0
    /// Said once in the log, not at every attempt.
    var isDown = false
  }

  private struct Lease: Sendable {
    let id: Int
    let connection: DatabaseConnection
  }

  public let configuration: PoolConfiguration
  private let logger: Logger
  private let pool: Mutex<Pool>
  private let counters = DatabaseCounters()

  public init(configuration: PoolConfiguration, logger: Logger) {
    self.configuration = configuration
    self.logger = logger
    let limits = PoolState.Limits(
      minimum: configuration.minimum,
      maximum: configuration.maximum,
      maximumWaiters: configuration.maximumWaiters,
      acquireTimeout: configuration.acquireTimeout,
      idleTimeout: configuration.idleTimeout,
      maximumLifetime: configuration.maximumLifetime
    )
    pool = Mutex(Pool(state: PoolState(limits: limits)))
  }

  deinit {
    let connections = pool.withLock { Array($0.connections.values) }
    for connection in connections { connection.close() }
  }

  // MARK: Life

  /// Keeps the minimum of connections open until the task is cancelled; then turns callers away and closes everything.
  public func run() async {
    apply { $0.state.keepMinimum(now: .now) }
    while !Task.isCancelled {
      try? await Task.sleep(for: .seconds(1))
      apply { $0.state.wake(now: .now) }
    }
    shutDown()
  }

  /// Turns callers away and closes what is idle; what is leased is closed when it comes back. For pools without a
  /// `run()`.
  public func shutDown() {
    apply { $0.state.shutDown() }
  }

  // MARK: Work

  /// Runs the queries in one network round trip, whatever has to be prepared, and returns their outcomes in order.
  ///
  /// If a query fails, those after it are sent again in a second pipeline, so one failure never becomes another's. On a
  /// read-only pool the pipeline shares one sync; elsewhere each query commits by itself. A read-only pipeline whose
  /// connection breaks is tried once more on another.
  /// - Throws: `DatabaseError` when no connection can be had.
  public func pipeline(_ queries: [SQLQuery]) async throws(DatabaseError) -> [Result<SQLResult, DatabaseError>] {
    guard !queries.isEmpty else { return [] }
    let results = try await pipelineOnce(queries)
    guard configuration.readOnly, !Task.isCancelled,
      results.contains(where: { if case .failure(let error) = $0 { error.code == .unavailable } else { false } })
    else { return results }
    return try await pipelineOnce(queries)
  }

  private func pipelineOnce(_ queries: [SQLQuery]) async throws(DatabaseError) -> [Result<SQLResult, DatabaseError>] {
    let lease = try await acquire()
    let results = await lease.connection.pipeline(queries, syncEach: !configuration.readOnly)
    release(lease)
    return results
  }

  /// Runs one prepared statement: one round trip.
  public func query(_ query: SQLQuery) async throws(DatabaseError) -> SQLResult {
    guard let result = try await pipeline([query]).first else { throw .busy }
    return try result.get()
  }

  /// Leases a connection to `body` alone: for transactions, COPY, session state.
  ///
  /// The connection must not be used after `body` has returned. If it comes back within a transaction it is closed.
  public func withConnection<R>(_ body: (DatabaseConnection) async throws -> R) async throws -> R {
    let lease = try await acquire()
    defer { release(lease) }
    return try await body(lease.connection)
  }

  public var statistics: DatabaseStatistics {
    pool.withLock { pool in
      DatabaseStatistics(
        inUse: pool.state.leasedCount,
        idle: pool.state.idleCount,
        connecting: pool.state.connectingCount,
        waiting: pool.state.waitingCount,
        queries: counters.queries.load(ordering: .relaxed),
        roundTrips: counters.roundTrips.load(ordering: .relaxed),
        connectionsOpened: counters.connectionsOpened.load(ordering: .relaxed),
        connectionFailures: counters.connectionFailures.load(ordering: .relaxed)
      )
    }
  }

  // MARK: Leases

  private func acquire() async throws(DatabaseError) -> Lease {
    let (waiter, free) = pool.withLock { pool -> (Int, Lease?) in
      pool.lastWaiter += 1
      guard pool.state.idleCount > 0, case .lease(let id) = pool.state.acquire(pool.lastWaiter, now: .now) else {
        return (pool.lastWaiter, nil)
      }
      return (pool.lastWaiter, pool.connections[id].map { Lease(id: id, connection: $0) })
    }
    if let free { return free }
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        wait(waiter, continuation)
      }
    } onCancel: {
      cancelWaiting(waiter)
    }
    return try result.get()
  }

  private func wait(_ waiter: Int, _ continuation: CheckedContinuation<Result<Lease, DatabaseError>, Never>) {
    // Cancelled before it could be entered: the handler has run already and found nothing.
    guard !Task.isCancelled else { return continuation.resume(returning: .failure(.cancelled)) }
    let (result, actions) = pool.withLock { pool -> (Result<Lease, DatabaseError>?, [PoolState.Action]) in
      switch pool.state.acquire(waiter, now: .now) {
      case .lease(let id):
        guard let connection = pool.connections[id] else { return (.failure(PoolState.shutDownError), []) }
        return (.success(Lease(id: id, connection: connection)), [])
      case .wait(let actions):
        pool.waiters[waiter] = continuation
        return (nil, actions)
      case .fail(let error):
        return (.failure(error), [])
      }
    }
    if let result { continuation.resume(returning: result) }
    perform(actions)
    // Cancelled in between: the handler may have run before the entry was there.
    if Task.isCancelled { cancelWaiting(waiter) }
  }

  private func cancelWaiting(_ waiter: Int) {
    let continuation = pool.withLock { pool in
      pool.state.cancel(waiter)
      return pool.waiters.removeValue(forKey: waiter)
    }
    continuation?.resume(returning: .failure(.cancelled))
  }

  private func release(_ lease: Lease) {
    if lease.connection.isReusable {
      apply { $0.state.release(lease.id, reusable: true, now: .now) }
      return
    }
    // An abandoned batch may still be draining.
    lease.connection.whenReady { [weak self] in
      let reusable = lease.connection.isReusable
      guard let self else { return lease.connection.close() }
      apply { $0.state.release(lease.id, reusable: reusable, now: .now) }
    }
  }

  // MARK: Carrying out what the state decides

  private func apply(_ event: (inout Pool) -> [PoolState.Action]) {
    perform(pool.withLock { event(&$0) })
  }

  private func perform(_ actions: [PoolState.Action]) {
    for action in actions {
      switch action {
      case .lease(let id, let waiter): hand(id, to: waiter)
      case .fail(let waiter, let error):
        pool.withLock { $0.waiters.removeValue(forKey: waiter) }?.resume(returning: .failure(error))
      case .open(let id): open(id)
      case .close(let id): pool.withLock { $0.connections.removeValue(forKey: id) }?.close()
      case .wake(let time):
        PollThread.shared.schedule(at: time) { [weak self] in self?.apply { $0.state.wake(now: .now) } }
      }
    }
  }

  private func hand(_ id: Int, to waiter: Int) {
    let (continuation, connection) = pool.withLock { ($0.waiters.removeValue(forKey: waiter), $0.connections[id]) }
    guard let continuation else {
      // Cancelled meanwhile.
      return apply { $0.state.release(id, reusable: true, now: .now) }
    }
    guard let connection else {
      return continuation.resume(returning: .failure(.unavailable(detail: "the connection was lost")))
    }
    continuation.resume(returning: .success(Lease(id: id, connection: connection)))
  }

  private func open(_ id: Int) {
    let started = BlockingThread.start { [weak self, configuration, counters] in
      let result = Result { () throws(DatabaseError) -> DatabaseConnection in
        let handle = try ConnectionParameters(configuration).connect()
        return DatabaseConnection(handle, statementTimeout: configuration.statementTimeout, counters: counters)
      }
      guard let self else { return }
      switch result {
      case .success(let connection): opened(id, connection)
      case .failure(let error): failedToOpen(id, error)
      }
    }
    if !started { failedToOpen(id, .unavailable(detail: "too many connection attempts under way")) }
  }

  private func opened(_ id: Int, _ connection: DatabaseConnection) {
    let wasDown = pool.withLock { pool in
      pool.connections[id] = connection
      defer { pool.isDown = false }
      return pool.isDown
    }
    if wasDown { logger.notice("the database is back", metadata: ["pool": "\(configuration.name)"]) }
    connection.start { [weak self] in self?.closed(id) }
    apply { $0.state.opened(id, now: .now) }
    // It may have ended before the state knew of it.
    if connection.isClosed { closed(id) }
  }

  private func failedToOpen(_ id: Int, _ error: DatabaseError) {
    counters.connectionFailures.add(1, ordering: .relaxed)
    let wasDown = pool.withLock { pool in
      defer { pool.isDown = true }
      return pool.isDown
    }
    logger.log(
      level: wasDown ? .debug : .warning,
      "cannot connect to the database, trying on",
      metadata: ["pool": "\(configuration.name)", "reason": "\(error.detail)"]
    )
    apply { $0.state.failedToOpen(id, error, now: .now) }
  }

  private func closed(_ id: Int) {
    var wasOurs = false
    apply { pool in
      wasOurs = pool.connections.removeValue(forKey: id) != nil
      return pool.state.closed(id, now: .now)
    }
    if wasOurs { logger.notice("database connection lost", metadata: ["pool": "\(configuration.name)"]) }
  }
}
