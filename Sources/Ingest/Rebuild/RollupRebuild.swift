public import Database

/// Holds the rollups against the traces, day by day, and makes those anew that differ.
///
/// Each day of a workspace is a transaction of its own, so a run that is ended midway leaves whole days behind, and the next
/// one finds what is still wrong. Days before the retention horizon are left alone: their traces are gone. Comparing sees one
/// snapshot and holds nobody back; while a day is repaired, writers wait.
public struct RollupRebuild: Sendable {
  /// What a run has found.
  public struct Report: Sendable, Hashable {
    /// Days of workspaces that have traces or rollup rows.
    public var days = 0
    /// Of them, those whose rollups were not what the traces say.
    public var differing = 0
    /// Rollup rows that were missing, wrong or too many.
    public var rows: Int64 = 0
    /// Workspaces of which something was made anew.
    public var repaired: Set<UUIDBytes> = []

    public init() {}
  }

  private let pool: ConnectionPool

  public init(pool: ConnectionPool) {
    self.pool = pool
  }

  /// - Parameters:
  ///   - repairing: whether what differs is made anew; otherwise it is only counted.
  ///   - progress: called after each day.
  public func run(
    repairing: Bool,
    progress: @Sendable (Report) -> Void = { _ in }
  ) async throws -> Report {
    var report = Report()
    let days = try await pool.query(SQLQuery(Self.days))
    for row in 0..<days.rowCount {
      try Task.checkCancellation()
      let place: [SQLParameter] = [.text(days.string(row, 0) ?? ""), .text(days.string(row, 1) ?? "")]
      let differing = try await pool.query(SQLQuery(Self.differences, place)).int(0, 0) ?? 0
      report.days += 1
      report.rows += differing
      if differing > 0 {
        report.differing += 1
        if repairing {
          _ = try await pool.query(SQLQuery(Self.repair, place))
          if let workspace = days.string(row, 0).flatMap({ UUIDBytes($0) }) { report.repaired.insert(workspace) }
        }
      }
      progress(report)
    }
    return report
  }

  /// Every day that has anything, also one that only a rollup knows; but none whose traces are no longer kept.
  private static let days = SQLStatement(
    "rebuild_days",
    """
    SELECT workspace_id::text, day::text FROM (
      SELECT workspace_id, date_trunc('day', "timestamp", 'UTC') AS day FROM traces GROUP BY 1, 2
      UNION SELECT workspace_id, date_trunc('day', minute, 'UTC') FROM traces_minutely GROUP BY 1, 2
      UNION SELECT workspace_id, date_trunc('day', minute, 'UTC') FROM traces_minutely_totals GROUP BY 1, 2
      UNION SELECT workspace_id, date_trunc('day', hour, 'UTC') FROM traces_hourly GROUP BY 1, 2
      UNION SELECT workspace_id, date_trunc('day', hour, 'UTC') FROM traces_hourly_models GROUP BY 1, 2
      UNION SELECT workspace_id, date_trunc('day', hour, 'UTC') FROM traces_hourly_totals GROUP BY 1, 2
      UNION SELECT workspace_id, day FROM traces_daily
      UNION SELECT workspace_id, day FROM traces_daily_models
      UNION SELECT workspace_id, day FROM traces_daily_totals
    ) AS place WHERE place.day >= (SELECT kept_from FROM trace_partitioning) ORDER BY place.workspace_id, place.day
    """
  )

  private static let day = "$1::uuid, $2::timestamptz, $2::timestamptz + interval '24 hours'"
  private static let differences = SQLStatement(
    "rebuild_differences",
    "SELECT differing_trace_rollups(\(day)) + surplus_trace_rollups(\(day))"
  )
  private static let repair = SQLStatement("rebuild_day", "SELECT rebuild_kept_trace_rollups(\(day))")
}
