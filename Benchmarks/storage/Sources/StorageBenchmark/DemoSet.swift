import Database
import Ingest
import Resolver

/// Demo data in the database, and what it takes there.
struct DemoSet {
  let written: Int
  let seconds: Int
  /// The one with most traces.
  let workspace: WorkspaceID
  let now: Instant
  let bytesPerTrace: Int64
  /// Bytes a trace of each table with its indexes.
  let tables: [(String, Int64)]

  static func write(_ count: Int, days: Int, into pool: ConnectionPool) async throws -> DemoSet {
    let configuration = try DemoConfiguration(traces: count, days: days)
    let start = ContinuousClock.now
    let report = try await DemoData(configuration).load(into: pool)
    let duration = ContinuousClock.now - start
    _ = try await pool.withConnection { try await $0.execute("VACUUM ANALYZE") }
    let traces = max(Int64(count), 1)
    let sizes = try await pool.query(SQLQuery(sizes))
    let tables = (0..<sizes.rowCount).map { row in
      (sizes.string(row, 0) ?? "", (sizes.int(row, 1) ?? 0) / traces)
    }
    return DemoSet(
      written: report.accepted,
      seconds: Int(duration.components.seconds),
      workspace: WorkspaceID("\(configuration.workspaces[0])") ?? .none,
      now: Instant(microseconds: configuration.end.microseconds),
      bytesPerTrace: tables.reduce(0) { $0 + $1.1 },
      tables: tables
    )
  }

  private static let sizes = SQLStatement(
    "sizes",
    """
    SELECT COALESCE(parent.relname, class.relname) AS name, sum(pg_total_relation_size(class.oid))::bigint
    FROM pg_class AS class
    LEFT JOIN pg_inherits ON inhrelid = class.oid LEFT JOIN pg_class AS parent ON parent.oid = inhparent
    WHERE class.relkind = 'r' AND class.relnamespace = 'public'::regnamespace
    GROUP BY 1 HAVING sum(pg_total_relation_size(class.oid)) > 1000000 ORDER BY 2 DESC
    """
  )
}
