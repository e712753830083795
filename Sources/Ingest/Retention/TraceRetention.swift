public import Database

/// Lets go of traces that are older than a deployment keeps, by whole UTC days (SPEC §5).
///
/// First the horizon moves: from then on no trace before it is taken, so that none whose locator is gone is counted again.
/// Then each day goes in a transaction of its own, the oldest first. A run that is ended midway leaves whole days, and the
/// next one goes on with them. Hours and days of the rollups stay.
public struct TraceRetention: Sendable {
  public struct Report: Sendable, Hashable {
    /// What lies before it is gone.
    public var horizon: TraceTimestamp
    public var days = 0
    public var traces: Int64 = 0
    /// Those that have had traces on the days that went.
    public var workspaces: Set<UUIDBytes> = []
  }

  /// How long those who want to read or write may have to wait behind us, while we wait for those who do.
  private static let patience = "2s"
  private static let attempts = 60

  private let pool: ConnectionPool

  public init(pool: ConnectionPool) {
    self.pool = pool
  }

  /// - Parameters:
  ///   - days: whole days before today (UTC) that are kept.
  ///   - progress: called after each day.
  public func run(
    keeping days: Int,
    now: TraceTimestamp = .now,
    progress: @Sendable (Report) -> Void = { _ in }
  ) async throws -> Report {
    let today = now.floored(toSeconds: TraceTimestamp.secondsPerDay)
    let asked = today.adding(seconds: -Int64(days) * TraceTimestamp.secondsPerDay)
    let moved = try await pool.query(SQLQuery(Self.moveHorizon, [.text("\(asked)")])).int(0, 0)
    try await waitForWriters()
    var report = Report(horizon: moved.map(TraceTimestamp.init(microseconds:)) ?? asked)
    let found = try await pool.query(SQLQuery(Self.days))
    for row in 0..<found.rowCount {
      try Task.checkCancellation()
      let day = found.string(row, 0) ?? ""
      let (dropped, workspaces) = try await patiently { connection in
        (
          try await connection.query(SQLQuery(Self.drop, [.text(day)])).int(0, 0) ?? 0,
          try await connection.query(SQLQuery(Self.workspaces, [.text(day)]))
        )
      }
      report.days += 1
      report.traces += dropped
      for row in 0..<workspaces.rowCount {
        if let workspace = workspaces.string(row, 0).flatMap({ UUIDBytes($0) }) { report.workspaces.insert(workspace) }
      }
      progress(report)
    }
    return report
  }

  /// Whoever has claimed ids before the horizon moved is done after this; whoever claims later sees the horizon.
  private func waitForWriters() async throws {
    try await patiently { connection in
      _ = try await connection.execute("LOCK TABLE trace_locator IN SHARE MODE")
    }
  }

  /// A transaction that gives way when it has to wait for long, and tries again.
  private func patiently<R: Sendable>(
    _ body: @Sendable (DatabaseConnection) async throws -> R
  ) async throws -> R {
    func once() async throws -> R {
      try await pool.withConnection { connection in
        try await connection.transaction {
          _ = try await connection.execute("SET LOCAL lock_timeout = '\(Self.patience)'")
          return try await body(connection)
        }
      }
    }
    for _ in 1..<Self.attempts {
      do {
        return try await once()
      } catch let error as DatabaseError where error.sqlState == .lockNotAvailable || error.isRetryable {
        try await Task.sleep(for: .seconds(1))
      }
    }
    return try await once()
  }

  private static let moveHorizon = SQLStatement(
    "move_trace_horizon",
    "SELECT (extract(epoch FROM move_trace_horizon($1::timestamptz)) * 1000000)::bigint"
  )
  private static let days = SQLStatement(
    "trace_days_before_horizon",
    "SELECT day::text FROM trace_days_before_horizon() AS day"
  )
  private static let drop = SQLStatement("drop_trace_day", "SELECT drop_trace_day($1::timestamptz)")
  /// Days of the rollups stay.
  private static let workspaces = SQLStatement(
    "workspaces_of_trace_day",
    "SELECT DISTINCT workspace_id FROM traces_daily WHERE day = $1::timestamptz"
  )
}
