internal import Synchronization

/// One PostgreSQL connection, leased to one task at a time.
///
/// It is in libpq's pipeline mode except during `execute` and COPY. Operations must follow each other: a second one
/// while the first is under way fails with `misuse`. Cancelling the waiting task resumes it at once with `cancelled`,
/// asks the server to stop, and the connection drains by itself, or is dropped where that is not possible.
public final class DatabaseConnection: Sendable {
  /// How long past `statement_timeout` the server may be silent, and how long an abandoned batch may take to end.
  static let grace = Duration.seconds(5)

  private let core: Mutex<ConnectionCore>
  private let descriptor: Int32
  private let token = Mutex<PollThread.Token?>(nil)
  private let silenceLimit: Duration?
  private let counters: DatabaseCounters
  let opened = ContinuousClock.now
  private let onClose = Mutex<(@Sendable () -> Void)?>(nil)

  init(_ handle: consuming PostgresHandle, statementTimeout: Duration?, counters: DatabaseCounters) {
    descriptor = handle.descriptor
    silenceLimit = statementTimeout.map { $0 + Self.grace }
    self.counters = counters
    core = Mutex(ConnectionCore(handle))
    counters.connectionsOpened.add(1, ordering: .relaxed)
  }

  /// Begins to listen to the server. `onClose` is called once, when the connection is gone for whatever reason.
  func start(onClose: @escaping @Sendable () -> Void) {
    self.onClose.withLock { $0 = onClose }
    let token = PollThread.shared.add(descriptor, self)
    self.token.withLock { $0 = token }
  }

  // MARK: Statements

  /// Runs the queries in one round trip and returns their outcomes in order.
  ///
  /// All that is missing is prepared in the same write; one sync ends the batch. A query that fails does not fail those
  /// after it: they are sent again in a second pipeline (on the failure path only) — unless a transaction is open,
  /// which the failure has ended.
  /// - Parameter syncEach: commits after each query, so that a later failure cannot undo an earlier query.
  public func pipeline(
    _ queries: [SQLQuery],
    syncEach: Bool = true
  ) async -> [Result<SQLResult, DatabaseError>] {
    var results = [Result<SQLResult, DatabaseError>?](repeating: nil, count: queries.count)
    var encoded = [EncodedParameters?](repeating: nil, count: queries.count)
    for (index, query) in queries.enumerated() {
      do {
        encoded[index] = try EncodedParameters(query.parameters)
      } catch {
        results[index] = .failure(error)
      }
    }
    counters.queries.add(queries.count, ordering: .relaxed)
    var fruitlessRounds = 0
    while fruitlessRounds < 3 {
      let left = results.indices.filter { results[$0] == nil }
      if left.isEmpty { break }
      let outcomes = await runBatch(left.map { queries[$0].statement }, left.map { encoded[$0] }, syncEach: syncEach)
      var settled = 0
      for (index, outcome) in zip(left, outcomes) {
        switch outcome {
        case .success(let result): results[index] = .success(result)
        case .failure(let error): results[index] = .failure(error)
        case .skipped: continue
        }
        settled += 1
      }
      if settled == 0 { fruitlessRounds += 1 }
      if settled < left.count, !core.withLock({ $0.isOutsideTransaction }) { break }
    }
    let notRun = DatabaseError(
      .sql(.inFailedTransaction),
      "The statement was not run.",
      detail: "an earlier statement of the pipeline failed"
    )
    return results.map { $0 ?? .failure(notRun) }
  }

  /// Runs one prepared statement: one round trip, the preparation included.
  public func query(_ query: SQLQuery) async throws(DatabaseError) -> SQLResult {
    guard let result = await pipeline([query]).first else { throw .busy }
    return try result.get()
  }

  /// Runs statements without parameters by the simple protocol: one round trip for the whole text, which is one
  /// transaction unless it says otherwise.
  /// - Returns: the last statement's result.
  @discardableResult
  public func execute(_ text: String) async throws(DatabaseError) -> SQLResult? {
    switch await perform({ core, id, continuation in core.startSimple(text, id, continuation) }) {
    case .simple(let result): return try result.get()
    case .copyReady:
      close()
      throw DatabaseError(.misuse, "COPY needs copyIn.", detail: text)
    case .failed(let error): throw error
    case .batch, .flushed: throw .busy
    }
  }

  /// Runs `body` between BEGIN and COMMIT. A throwing body, or a failing commit, leaves nothing behind.
  ///
  /// When the task is cancelled the connection is given up, and the server rolls back.
  public func transaction<R>(_ body: () async throws -> R) async throws -> R {
    try await execute("BEGIN")
    do {
      let value = try await body()
      // COMMIT of a transaction that a failed statement has ended "succeeds" as ROLLBACK.
      guard let tag = try await execute("COMMIT")?.commandTag, tag == "COMMIT" else {
        throw DatabaseError(
          .sql(.inFailedTransaction),
          "The transaction had failed.",
          detail: "COMMIT was answered by ROLLBACK"
        )
      }
      return value
    } catch {
      await rollBackIfOpen()
      throw error
    }
  }

  private func rollBackIfOpen() async {
    let isOpen = core.withLock { !$0.isClosed && !$0.isOutsideTransaction }
    guard isOpen else { return }
    do {
      try await execute("ROLLBACK")
    } catch {
      close()
    }
  }

  private func runBatch(
    _ statements: [SQLStatement],
    _ parameters: [EncodedParameters?],
    syncEach: Bool
  ) async -> [PipelineState<SQLResult>.Outcome] {
    let result = await perform { core, id, continuation in
      core.startBatch(statements, parameters, syncEach: syncEach, id, continuation)
    }
    switch result {
    case .batch(let outcomes): return outcomes
    case .failed(let error): return Array(repeating: .failure(error), count: statements.count)
    case .simple, .copyReady, .flushed: return Array(repeating: .failure(.busy), count: statements.count)
    }
  }

  // MARK: Operations

  typealias Start = @Sendable (inout ConnectionCore, UInt64, OperationContinuation) -> ConnectionEffects

  /// Starts an operation under the lock and waits for its end; cancellation of the task reaches it through its number.
  func perform(countsRoundTrip: Bool = true, _ start: @escaping Start) async -> OperationResult {
    if countsRoundTrip { counters.roundTrips.add(1, ordering: .relaxed) }
    let id = core.withLock { $0.nextOperation() }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        update { start(&$0, id, continuation) }
      }
    } onCancel: {
      cancel(id)
    }
  }

  /// Changes the core, then does what follows from it outside the lock.
  private func update(_ change: (inout ConnectionCore) -> ConnectionEffects) {
    let (effects, watchdog) = core.withLock { core in
      let wantedWritable = core.wantsWritable
      let effects = change(&core)
      // The poll set lets go of the descriptor before the socket is closed, while nobody else can open one of its
      // number for us.
      if effects.closed {
        unregister()
        core.releaseHandle()
      } else if core.wantsWritable != wantedWritable, let token = token.withLock(\.self) {
        PollThread.shared.watchWritable(descriptor, token, core.wantsWritable)
      }
      let needsWatchdog = silenceLimit != nil && core.watchdogEnabled && core.isWaitingForServer && !core.hasWatchdog
      if needsWatchdog { core.hasWatchdog = true }
      return (effects, needsWatchdog)
    }
    if watchdog, let silenceLimit { watch(until: .now + silenceLimit) }
    let closed = effects.closed
    effects.perform()
    if closed { onClose.withLock { $0.take() }?() }
  }

  private func unregister() {
    guard let token = token.withLock({ $0.take() }) else { return }
    PollThread.shared.remove(descriptor, token)
  }

  private func cancel(_ id: UInt64) {
    var request: CancelRequest?
    update { core in
      let (effects, cancelRequest) = core.cancel(id)
      request = cancelRequest
      return effects
    }
    guard let request else { return }
    let started = BlockingThread.start { [self] in
      let sent = request.send()
      update { $0.cancelRequestReturned(sent: sent) }
    }
    if !started { update { $0.cancelRequestReturned(sent: false) } }
    PollThread.shared.schedule(at: .now + Self.grace) { [weak self] in
      self?.update { core in core.state.isAbandoned && !core.isReusable ? core.close(.cancelled) : ConnectionEffects() }
    }
  }

  /// A server that says nothing although its own timeout has passed is lost. One timer per connection, not per batch.
  private func watch(until deadline: ContinuousClock.Instant) {
    PollThread.shared.schedule(at: deadline) { [weak self] in self?.checkSilence() }
  }

  private func checkSilence() {
    guard let silenceLimit else { return }
    var next: ContinuousClock.Instant?
    update { core in
      core.hasWatchdog = false
      guard core.isWaitingForServer, core.watchdogEnabled else { return ConnectionEffects() }
      let deadline = core.lastActivity + silenceLimit
      if deadline <= .now {
        return core.close(
          DatabaseError(.timeout, "The database took too long to answer.", detail: "no byte for \(silenceLimit)")
        )
      }
      core.hasWatchdog = true
      next = deadline
      return ConnectionEffects()
    }
    if let next { watch(until: next) }
  }

  /// Off while a statement may rightly take longer than `statement_timeout`, which its session has then lifted.
  func setWatchdog(enabled: Bool) {
    core.withLock { $0.watchdogEnabled = enabled }
  }

  // MARK: The pool's view

  var isReusable: Bool { core.withLock { $0.isReusable } }
  var isClosed: Bool { core.withLock { $0.isClosed } }

  /// Calls back once nothing is under way any more: at once, or when an abandoned batch has drained, or when the
  /// connection is gone.
  func whenReady(_ body: @escaping @Sendable () -> Void) {
    update { $0.whenReady(body) }
  }

  /// Closes the connection; what runs on it fails with `unavailable`.
  func close() {
    update { $0.close(.unavailable(detail: "the connection was closed")) }
  }
}

extension DatabaseConnection: PollHandler {
  func descriptorReady(readable: Bool, writable: Bool) {
    update { $0.descriptorReady(readable: readable, writable: writable) }
  }
}
