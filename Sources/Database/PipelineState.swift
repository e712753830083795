/// What a connection expects from the server, as a machine without a socket: methods are events, return values are
/// actions.
///
///     idle      begin(batch)      → pipeline
///     pipeline  last sync         → idle                     .batchFinished
///     pipeline  abandon()         → pipeline, abandoned      (nobody waits; the replies are read and dropped)
///     idle      beginSimple()     → simple
///     simple    end of commands   → idle                     .simpleFinished
///     simple    COPY_IN           → copying                  .copyReady
///     copying   endCopy()         → simple
///     any       close()           → closed                   for good
///
/// Invariants:
/// 1. At most one batch or simple exchange at a time.
/// 2. Replies come in the order the commands were sent; each command's replies end with `.end`, a sync is a reply of
/// its own.
/// 3. After a failure the server skips everything up to the next sync: those commands get `.aborted` and count as
/// skipped, not failed.
/// 4. A command that succeeded stands only once its sync has come: the sync is where the server commits.
///
/// `Output` is what a successful command yields: `SQLResult` in the driver, anything in a test.
struct PipelineState<Output: Sendable>: Sendable {
  enum Reply: Sendable {
    case success(Output)
    case failure(DatabaseError)
    case aborted
    case copyIn
    /// libpq's NULL: the current command has no more replies.
    case end
    case sync
  }

  enum Outcome: Sendable {
    case success(Output)
    case failure(DatabaseError)
    /// Not run, because something before it failed. May be sent again.
    case skipped
  }

  enum Action: Sendable {
    case none
    case batchFinished(BatchResult)
    case simpleFinished(Result<Output?, DatabaseError>)
    case copyReady
    /// The server speaks out of turn. The connection is of no further use: `close` is to follow.
    case protocolViolation(String)
  }

  struct BatchResult: Sendable {
    /// By query, in the order of the call.
    var outcomes: [Outcome]
    /// Whether the server accepted the `.prepare` commands, in their order.
    var prepared: [Bool]
  }

  private struct Batch: Sendable {
    var slots: [Slot]
    var position = 0
    var outcomes: [Outcome]
    var preparations: [Preparation]
    /// By query: the `.prepare` command of the same batch that it relies on.
    var preparationOfQuery: [Int?]
    var firstUnsynced = 0
    var strayEnds = 0
  }

  private enum Preparation: Sendable {
    case pending
    case done
    case failed(DatabaseError)
  }

  private enum Slot: Sendable {
    case prepare(Int)
    case deallocate
    case query(Int)
    /// All queries below this number are settled once the sync is there.
    case sync(queriesBelow: Int)
  }

  private enum Phase: Sendable {
    case idle
    case pipeline(Batch)
    case simple(Result<Output?, DatabaseError>)
    case copying
    case closed
  }

  private var phase: Phase = .idle
  private(set) var isAbandoned = false

  var isIdle: Bool { if case .idle = phase { true } else { false } }
  var isClosed: Bool { if case .closed = phase { true } else { false } }
  var isCopying: Bool { if case .copying = phase { true } else { false } }
  var isPipeline: Bool { if case .pipeline = phase { true } else { false } }

  /// Whether the next reply belongs to us; otherwise what comes is a notice, or the end of the connection.
  var expectsReply: Bool {
    switch phase {
    case .pipeline, .simple: true
    case .idle, .copying, .closed: false
    }
  }

  /// The commands are on their way, with one sync at the end, or (`syncEach`) one after each query.
  mutating func begin(_ commands: [PipelineCommand], queries: Int, syncEach: Bool) {
    precondition(isIdle, "invariant 1: a batch begins on an idle connection")
    var batch = Batch(
      slots: [],
      outcomes: Array(repeating: .skipped, count: queries),
      preparations: [],
      preparationOfQuery: Array(repeating: nil, count: queries)
    )
    batch.slots.reserveCapacity(commands.count + (syncEach ? queries : 1))
    for command in commands {
      switch command {
      case .deallocate:
        batch.slots.append(.deallocate)
      case .prepare:
        batch.slots.append(.prepare(batch.preparations.count))
        batch.preparations.append(.pending)
      case .execute(_, let query, let prepared):
        batch.slots.append(.query(query))
        batch.preparationOfQuery[query] = prepared
        if syncEach { batch.slots.append(.sync(queriesBelow: query + 1)) }
      }
    }
    if !syncEach { batch.slots.append(.sync(queriesBelow: queries)) }
    phase = .pipeline(batch)
    isAbandoned = false
  }

  mutating func beginSimple() {
    precondition(isIdle, "invariant 1: a simple exchange begins on an idle connection")
    phase = .simple(.success(nil))
    isAbandoned = false
  }

  /// Everything has been sent; the server's answer to the COPY follows.
  mutating func endCopy() {
    precondition(isCopying, "endCopy belongs to a COPY")
    phase = .simple(.success(nil))
  }

  /// Nobody waits any longer. What is under way is read to its end and dropped.
  mutating func abandon() {
    isAbandoned = true
  }

  /// The connection is gone. A batch in flight ends with its settled outcomes; the others are `error`.
  mutating func close(_ error: DatabaseError) -> BatchResult? {
    defer { phase = .closed }
    guard case .pipeline(var batch) = phase else { return nil }
    for query in batch.firstUnsynced..<batch.outcomes.count {
      if case .failure = batch.outcomes[query] { continue }
      batch.outcomes[query] = .failure(error)
    }
    return result(of: batch)
  }

  mutating func receive(_ reply: Reply) -> Action {
    switch phase {
    case .pipeline(var batch):
      // Taken out of the phase while it changes, so that its arrays are not copied.
      phase = .idle
      let violation = advance(&batch, reply)
      if violation == nil, batch.position == batch.slots.count { return .batchFinished(result(of: batch)) }
      phase = .pipeline(batch)
      return violation.map { .protocolViolation($0) } ?? .none
    case .simple(let outcome):
      return receiveSimple(reply, outcome)
    case .idle, .copying, .closed:
      return .protocolViolation("reply in phase \(phase)")
    }
  }

  private mutating func receiveSimple(_ reply: Reply, _ outcome: Result<Output?, DatabaseError>) -> Action {
    switch (reply, outcome) {
    case (.success(let output), .success):
      phase = .simple(.success(output))
      return .none
    case (.failure(let error), .success):
      phase = .simple(.failure(error))
      return .none
    case (.success, .failure), (.failure, .failure):
      return .none
    case (.copyIn, _):
      phase = .copying
      return .copyReady
    case (.end, _):
      phase = .idle
      return .simpleFinished(outcome)
    case (.aborted, _), (.sync, _):
      return .protocolViolation("pipeline reply outside a pipeline")
    }
  }

  /// Returns what is wrong, nil when all is well.
  private func advance(_ batch: inout Batch, _ reply: Reply) -> String? {
    switch (batch.slots[batch.position], reply) {
    case (.sync(let queriesBelow), .sync):
      batch.firstUnsynced = queriesBelow
      batch.position += 1
    case (.sync(let queriesBelow), .failure(let error)):
      // The commit failed (a deferred constraint, say): by (4) no query since the last sync took effect.
      for query in batch.firstUnsynced..<queriesBelow {
        if case .success = batch.outcomes[query] { batch.outcomes[query] = .failure(error) }
      }
    case (.sync, .end) where batch.strayEnds < 2:
      batch.strayEnds += 1
    case (.prepare, .end), (.deallocate, .end), (.query, .end):
      batch.position += 1
    case (.prepare(let index), .success): batch.preparations[index] = .done
    case (.prepare(let index), .failure(let error)): batch.preparations[index] = .failed(error)
    case (.query(let query), .success(let output)): batch.outcomes[query] = .success(output)
    case (.query(let query), .failure(let error)): batch.outcomes[query] = .failure(error)
    case (.deallocate, .success), (.deallocate, .failure): break
    case (.prepare, .aborted), (.deallocate, .aborted), (.query, .aborted): break
    case (let slot, let reply):
      return "\(reply) at \(slot)"
    }
    return nil
  }

  /// A statement that cannot be prepared fails every query of the batch that uses it, so that none is sent again in
  /// vain. After a sync of their own such queries have failed already, for want of the statement; what they should tell
  /// is why.
  private func result(of batch: Batch) -> BatchResult {
    var outcomes = batch.outcomes
    for (query, preparation) in batch.preparationOfQuery.enumerated() {
      guard let preparation else { continue }
      switch (batch.preparations[preparation], outcomes[query]) {
      case (.failed(let error), .skipped), (.failed(let error), .failure): outcomes[query] = .failure(error)
      case (.pending, .failure(let error)) where error.sqlState == .invalidStatementName: outcomes[query] = .skipped
      default: continue
      }
    }
    let prepared = batch.preparations.map { if case .done = $0 { true } else { false } }
    return BatchResult(outcomes: outcomes, prepared: prepared)
  }
}
