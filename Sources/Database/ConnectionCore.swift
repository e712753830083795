/// What a finished operation hands to the task that waited for it.
enum OperationResult: Sendable {
  case batch([PipelineState<SQLResult>.Outcome])
  case simple(Result<SQLResult?, DatabaseError>)
  case copyReady
  case flushed
  case failed(DatabaseError)
}

typealias OperationContinuation = CheckedContinuation<OperationResult, Never>

/// What is left to do once the connection's lock is released: other people's code never runs under it.
struct ConnectionEffects: Sendable {
  var resumption: (continuation: OperationContinuation, result: OperationResult)?
  /// The connection is idle again, or gone, for whom this was left behind.
  var ready: (@Sendable () -> Void)?
  var closed = false

  consuming func perform() {
    resumption?.continuation.resume(returning: resumption?.result ?? .flushed)
    ready?()
  }
}

/// Everything of a connection that its lock guards: libpq's handle, the machine, who waits.
///
/// Callers send from their own thread, the poll thread receives; both hold the lock, neither waits under it.
struct ConnectionCore: ~Copyable {
  /// nil once closed.
  private(set) var handle: PostgresHandle?
  private(set) var state = PipelineState<SQLResult>()
  private var prepared = PreparedStatements()
  private var commands: [PipelineCommand] = []
  private var statements: [SQLStatement] = []
  private var operation: (id: UInt64, continuation: OperationContinuation)?
  private var isFlushing = false
  private var cancelRequestsUnderWay = 0
  private var onReady: (@Sendable () -> Void)?
  /// Set when cancellation came before the operation of that number.
  var cancelledEarly: UInt64?
  private(set) var lastOperation: UInt64 = 0
  private(set) var lastActivity = ContinuousClock.now
  var hasWatchdog = false
  var watchdogEnabled = true

  init(_ handle: consuming PostgresHandle) {
    self.handle = consume handle
  }

  /// Ready for another lease: nothing under way, no transaction left open, no cancel request that might hit a later
  /// statement.
  var isReusable: Bool {
    mutating get {
      guard state.isIdle, cancelRequestsUnderWay == 0, !isFlushing, !(handle?.isBroken ?? true) else { return false }
      return isOutsideTransaction
    }
  }

  var isClosed: Bool { state.isClosed }
  var wantsWritable: Bool { isFlushing }
  var isOutsideTransaction: Bool {
    mutating get { handle?.isOutsideTransaction ?? false }
  }
  /// The server owes us something.
  var isWaitingForServer: Bool { !state.isClosed && (state.expectsReply || isFlushing) }

  mutating func nextOperation() -> UInt64 {
    lastOperation += 1
    return lastOperation
  }

  // MARK: Operations

  /// Sends the queries, with every prepare still missing, in one go.
  mutating func startBatch(
    _ queries: [SQLStatement],
    _ parameters: [EncodedParameters?],
    syncEach: Bool,
    _ id: UInt64,
    _ continuation: OperationContinuation
  ) -> ConnectionEffects {
    if let refusal = refuseOperation(id) { return Self.resume(continuation, .failed(refusal)) }
    operation = (id, continuation)
    statements = queries
    commands = prepared.plan(queries)
    state.begin(commands, queries: queries.count, syncEach: syncEach)
    lastActivity = .now
    for command in commands {
      guard handle?.send(command, parameters) ?? false else { return close(connectionFailure()) }
      if syncEach, case .execute = command, !(handle?.sendSync() ?? false) { return close(connectionFailure()) }
    }
    if !syncEach, !(handle?.sendSync() ?? false) { return close(connectionFailure()) }
    return flush()
  }

  /// Sends statements by the simple protocol, or the beginning of a COPY.
  mutating func startSimple(_ text: String, _ id: UInt64, _ continuation: OperationContinuation) -> ConnectionEffects {
    if let refusal = refuseOperation(id) { return Self.resume(continuation, .failed(refusal)) }
    operation = (id, continuation)
    state.beginSimple()
    lastActivity = .now
    guard handle?.sendSimple(text) ?? false else { return close(connectionFailure()) }
    return flush()
  }

  /// Resumes once the bytes have left our memory: the back-pressure of a COPY.
  mutating func sendCopyData(_ bytes: [UInt8], _ id: UInt64, _ continuation: OperationContinuation) -> ConnectionEffects
  {
    guard state.isCopying, operation == nil, cancelledEarly != id else {
      return Self.resume(continuation, .failed(cancelledEarly == id ? .cancelled : .busy))
    }
    operation = (id, continuation)
    lastActivity = .now
    // False: the server has given up on the COPY. Its reason comes with the end.
    guard handle?.putCopyData(bytes) ?? false else { return finish(.flushed) }
    var effects = flush()
    if effects.resumption == nil, !isFlushing, !state.isClosed { effects = finish(.flushed) }
    return effects
  }

  /// Ends the COPY; with a reason the server discards it.
  mutating func endCopy(
    failure reason: String?,
    _ id: UInt64,
    _ continuation: OperationContinuation
  ) -> ConnectionEffects {
    guard state.isCopying, operation == nil else { return Self.resume(continuation, .failed(.busy)) }
    operation = (id, continuation)
    lastActivity = .now
    state.endCopy()
    guard handle?.putCopyEnd(failure: reason) ?? false else { return close(connectionFailure()) }
    let effects = flush()
    // A server that gave up in between has said so long ago, and will say nothing more.
    return state.isClosed ? effects : Self.merge(effects, receiveReplies())
  }

  private mutating func refuseOperation(_ id: UInt64) -> DatabaseError? {
    if cancelledEarly == id { return .cancelled }
    if state.isClosed { return .unavailable(detail: "the connection is closed") }
    return state.isIdle && operation == nil ? nil : .busy
  }

  private mutating func connectionFailure() -> DatabaseError {
    .unavailable(detail: handle?.errorMessage ?? "the connection is closed")
  }

  // MARK: Events

  mutating func descriptorReady(readable: Bool, writable: Bool) -> ConnectionEffects {
    guard !state.isClosed else { return ConnectionEffects() }
    lastActivity = .now
    var effects = ConnectionEffects()
    if readable {
      let isOpen = handle?.consumeInput() ?? false
      effects = receiveReplies()
      if !isOpen, !state.isClosed {
        let error = DatabaseError.unavailable(detail: handle?.errorMessage ?? "")
        effects = Self.merge(effects, close(error))
      }
    }
    if isFlushing, writable || readable, !state.isClosed {
      effects = Self.merge(effects, flush())
      if state.isCopying, operation != nil, !isFlushing { effects = Self.merge(effects, finish(.flushed)) }
    }
    return effects
  }

  private mutating func receiveReplies() -> ConnectionEffects {
    // Also when nothing is expected: asking makes libpq take in notices and changed settings.
    while let isBusy = handle?.isBusy, !isBusy, state.expectsReply, let reply = handle?.nextReply() {
      switch state.receive(reply) {
      case .none:
        continue
      case .batchFinished(let result):
        return finish(.batch(settle(result)))
      case .simpleFinished(let result):
        guard handle?.enterPipelineMode() ?? false else { return close(connectionFailure()) }
        return finish(.simple(result))
      case .copyReady:
        return finish(.copyReady)
      case .protocolViolation(let what):
        // A lost connection shows as a reply out of turn first.
        return close(handle?.isBroken ?? true ? connectionFailure() : .unavailable(detail: "protocol: \(what)"))
      }
    }
    return ConnectionEffects()
  }

  /// Brings the registry of prepared statements up to what the server has, and sends stale statements back to be
  /// prepared anew.
  private mutating func settle(_ result: PipelineState<SQLResult>.BatchResult) -> [PipelineState<SQLResult>.Outcome] {
    var position = 0
    for case .prepare(let serverName, _, let name) in commands {
      if result.prepared[position] { prepared.confirm(name, serverName: serverName) }
      position += 1
    }
    prepared.forgetUnconfirmed(among: statements.map(\.name))
    var outcomes = result.outcomes
    for case .execute(_, let query, nil) in commands {
      guard case .failure(let error) = outcomes[query], Self.meansStale(error) else { continue }
      prepared.forget(statements[query].name)
      if isOutsideTransaction { outcomes[query] = .skipped }
    }
    return outcomes
  }

  /// The statement is gone (DISCARD ALL, a connection pooler), or the tables changed under it ("cached plan must not
  /// change result type").
  private static func meansStale(_ error: DatabaseError) -> Bool {
    error.sqlState == .invalidStatementName || error.sqlState == .featureNotSupported
  }

  private mutating func finish(_ result: OperationResult) -> ConnectionEffects {
    var effects = ConnectionEffects()
    if let continuation = operation?.continuation { effects.resumption = (continuation, result) }
    operation = nil
    if state.isIdle { effects.ready = takeReady() }
    return effects
  }

  private mutating func flush() -> ConnectionEffects {
    switch handle?.flush() ?? .failed {
    case .done: isFlushing = false
    case .blocked: isFlushing = true
    case .failed: return close(connectionFailure())
    }
    return ConnectionEffects()
  }

  // MARK: Ending

  /// The waiting task gives up on operation `id`. It is resumed at once; the batch is read to its end behind its back.
  ///
  /// - Returns: a request for the server, when there is something to cancel there.
  mutating func cancel(_ id: UInt64) -> (effects: ConnectionEffects, request: CancelRequest?) {
    guard let waiting = operation, waiting.id == id else {
      cancelledEarly = id
      return (ConnectionEffects(), nil)
    }
    guard state.isPipeline, !isFlushing, let request = handle?.cancelRequest() else {
      // A COPY or a series of statements half sent has no end worth waiting for.
      return (close(.cancelled), nil)
    }
    operation = nil
    state.abandon()
    cancelRequestsUnderWay += 1
    return (Self.resume(waiting.continuation, .failed(.cancelled)), request)
  }

  mutating func cancelRequestReturned(sent: Bool) -> ConnectionEffects {
    cancelRequestsUnderWay -= 1
    guard sent || state.isIdle else { return close(.cancelled) }
    var effects = ConnectionEffects()
    if state.isIdle { effects.ready = takeReady() }
    return effects
  }

  /// Calls back when nothing is under way any more, at once if so.
  mutating func whenReady(_ body: @escaping @Sendable () -> Void) -> ConnectionEffects {
    var effects = ConnectionEffects()
    onReady = body
    if state.isIdle || state.isClosed { effects.ready = takeReady() }
    // A COPY left standing will not end by itself.
    if state.isCopying { effects = close(.busy) }
    return effects
  }

  private mutating func takeReady() -> (@Sendable () -> Void)? {
    guard cancelRequestsUnderWay == 0 || state.isClosed else { return nil }
    defer { onReady = nil }
    return onReady
  }

  /// Ends the connection and whatever runs on it. The descriptor must be out of the poll set before the effects are
  /// performed.
  mutating func close(_ error: DatabaseError) -> ConnectionEffects {
    guard !state.isClosed else { return ConnectionEffects() }
    var effects = ConnectionEffects()
    let result = state.close(error)
    if let continuation = operation?.continuation {
      effects.resumption = (continuation, result.map { .batch($0.outcomes) } ?? .failed(error))
    }
    operation = nil
    isFlushing = false
    effects.ready = takeReady()
    effects.closed = true
    return effects
  }

  /// Closes the socket; separate from `close`, since the poll set must let go of the descriptor first.
  mutating func releaseHandle() {
    handle = nil
  }

  private static func resume(_ continuation: OperationContinuation, _ result: OperationResult) -> ConnectionEffects {
    ConnectionEffects(resumption: (continuation, result))
  }

  private static func merge(_ first: ConnectionEffects, _ second: ConnectionEffects) -> ConnectionEffects {
    ConnectionEffects(
      resumption: first.resumption ?? second.resumption,
      ready: first.ready ?? second.ready,
      closed: first.closed || second.closed
    )
  }
}
