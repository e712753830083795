public import Database

/// Writes batches of traces with everything that follows from them, each exactly once.
///
/// One batch is one transaction: locator rows, traces, their texts and spans, and what they add to the rollups become
/// visible together or not at all. A trace is known by workspace and trace id; one that is known already is skipped,
/// whatever its other fields say, so writing a batch again changes nothing. That also makes it safe to repeat a batch
/// whose commit was not confirmed.
///
/// Batches may be written from many connections and processes at once. Locks are taken in the order of trace ids and
/// rollup keys, so writers wait for each other but not in circles; the rollups, where they meet most, come last.
public struct TraceWriter: Sendable {
  /// Traces in one transaction; more are split.
  public static let maximumBatch = 20_000
  /// How often a transaction is tried that the server ended for reasons of timing.
  private static let attempts = 5

  private let pool: ConnectionPool
  private let dimensionLimit: Int
  private let onCommit: (@Sendable (UUIDBytes) async -> Void)?

  /// - Parameters:
  ///   - dimensionLimit: how many combinations of agent, model and provider of a workspace have rollup rows of their own.
  ///   - onCommit: called with the workspace after each transaction that added traces, for example to
  ///   invalidate its caches.
  public init(
    pool: ConnectionPool,
    dimensionLimit: Int = 10_000,
    onCommit: (@Sendable (UUIDBytes) async -> Void)? = nil
  ) {
    self.pool = pool
    self.dimensionLimit = dimensionLimit
    self.onCommit = onCommit
  }

  /// Writes the traces of one workspace.
  ///
  /// About ten round trips a transaction, whatever the size. A trace that the database refuses is found by halving the
  /// batch, and reported; the others are written.
  /// - Throws: ``DatabaseError`` when the database cannot be used. Then each transaction's traces are either all
  ///   written or none.
  public func write(_ batch: [TraceInput], workspace: UUIDBytes) async throws -> WriteReport {
    var report = WriteReport()
    var pending = stride(from: batch.count, to: 0, by: -Self.maximumBatch).map { max(0, $0 - Self.maximumBatch)..<$0 }
    while let range = pending.popLast() {
      do {
        report.add(try await writeTransaction(batch, range, workspace: workspace))
      } catch let error as DatabaseError where error.blamesData {
        guard range.count > 1 else {
          report.rejected.append(.init(index: range.lowerBound, reason: error.refusal))
          continue
        }
        let middle = range.lowerBound + range.count / 2
        pending.append(middle..<range.upperBound)
        pending.append(range.lowerBound..<middle)
      }
    }
    report.inserted.sort()
    return report
  }

  private func writeTransaction(
    _ batch: [TraceInput],
    _ range: Range<Int>,
    workspace: UUIDBytes
  ) async throws -> WriteReport {
    let candidates = TraceCandidates(batch, range)
    var report = WriteReport()
    report.duplicates = range.count - candidates.indices.count
    guard !candidates.indices.isEmpty else { return report }
    let (inserted, late) = try await retrying {
      try await pool.withConnection { connection in
        // Outside the transaction: making a partition holds back other makers until commit.
        let prepared = try await connection.query(Self.ensurePartitions(candidates.days))
        let horizon = prepared.int(0, 1).map(TraceTimestamp.init(microseconds:))
        let (kept, late) = candidates.split(at: horizon, batch)
        let inserted = try await connection.transaction {
          try await insert(batch, kept, workspace: workspace, on: connection)
        }
        return (inserted, late)
      }
    }
    report.inserted = inserted
    report.rejected = late.map { .init(index: $0, reason: "its timestamp lies before the traces that are kept") }
    report.duplicates += candidates.indices.count - late.count - inserted.count
    if !inserted.isEmpty { await onCommit?(workspace) }
    return report
  }

  private func retrying<Result>(_ body: () async throws -> Result) async throws -> Result {
    for _ in 1..<Self.attempts {
      do {
        return try await body()
      } catch let error as DatabaseError where error.isRetryable {
        continue
      }
    }
    return try await body()
  }

  /// The steps of the transaction. Returns the positions of the traces that are new.
  private func insert(
    _ batch: [TraceInput],
    _ candidates: TraceCandidates,
    workspace: UUIDBytes,
    on connection: DatabaseConnection
  ) async throws -> [Int] {
    let located = try await connection.query(candidates.insertLocators(of: batch, workspace: workspace))
    let new = try candidates.indices(returnedBy: located, in: batch)
    guard !new.isEmpty else { return [] }
    let rows = TraceRows(batch, indices: new, workspace: workspace)
    try await copy(rows.traces, into: "traces (\(TraceRows.tracesColumns))", on: connection)
    try await copy(rows.texts, into: "trace_io (\(TraceRows.textsColumns))", on: connection)
    try await copy(rows.spans, into: "spans (\(TraceRows.spansColumns))", on: connection)
    let dimensions = try await admit(TraceDimensions(batch, indices: new), workspace: workspace, on: connection)
    let deltas = RollupDelta.queries(batch, indices: new, dimensions: dimensions, workspace: workspace)
    for outcome in await connection.pipeline(deltas, syncEach: false) { _ = try outcome.get() }
    return new
  }

  private func admit(
    _ dimensions: TraceDimensions,
    workspace: UUIDBytes,
    on connection: DatabaseConnection
  ) async throws -> TraceDimensions {
    let admitted = try await connection.query(dimensions.admission(workspace: workspace, limit: dimensionLimit))
    return dimensions.admitted(by: admitted)
  }

  private func copy(_ buffer: CopyBuffer, into target: String, on connection: DatabaseConnection) async throws {
    guard buffer.rowCount > 0 else { return }
    _ = try await connection.copyIn("COPY \(target) FROM STDIN (FORMAT binary)", chunks: [buffer.bytes])
  }

  /// Answers with the horizon as well, before which nothing is taken; NULL when all is kept.
  private static func ensurePartitions(_ days: [String]) -> SQLQuery {
    SQLQuery(Self.ensureStatement, [.text(arrayText(days))])
  }

  private static let ensureStatement = SQLStatement(
    "ensure_trace_partitions",
    """
    SELECT ensure_trace_partitions($1::date[]),
      CASE WHEN kept_from > '-infinity' THEN (extract(epoch FROM kept_from) * 1000000)::bigint END
    FROM trace_partitioning
    """
  )
}

extension DatabaseError {
  /// The server refused what a row holds: data exception (22), integrity constraint (23), program limit exceeded (54).
  fileprivate var blamesData: Bool {
    guard let state = sqlState?.rawValue else { return code == .invalidParameter }
    return ["22", "23", "54"].contains { state.hasPrefix($0) }
  }

  fileprivate var refusal: String {
    sqlState.map { "the database refused it (SQLSTATE \($0))" } ?? "the database refused it"
  }
}
