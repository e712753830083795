import Database
import Ingest
import Logging
import Resolver

/// Demo data in a database of its own, written by this run or by an earlier one that kept it.
struct DemoSet {
  let count: Int
  /// The workspace with most traces.
  let workspace: WorkspaceID
  /// When the data ends.
  let now: Instant
  /// How long it took to write.
  let seconds: Double
  /// Bytes of each table with its indexes.
  let tables: [(String, Int64)]
  /// As the gateway reads.
  let reader: ConnectionPool

  static func open(_ count: Int, days: Int, server: String, logger: Logger) async throws -> DemoSet {
    let writer = pool(server, database: nil, logger)
    defer { writer.shutDown() }
    let name = databaseName(count)
    let known = try await writer.query(SQLQuery(SQLStatement("known", knownText), [.text(name)]))
    if known.rowCount == 0 {
      _ = try await writer.withConnection { try await $0.execute("CREATE DATABASE \(name)") }
    }
    let url = Self.url(server, database: name)
    let own = pool(server, database: name, logger)
    defer { own.shutDown() }
    _ = try await Migrator(logger: logger).migrate(own, Migration.telemetry)
    let (configuration, seconds) = try await fill(own, count, days: days)
    let sizes = try await own.query(SQLQuery(sizes))
    return DemoSet(
      count: count,
      workspace: WorkspaceID("\(configuration.workspaces[0])") ?? .none,
      now: Instant(microseconds: configuration.end.microseconds),
      seconds: seconds,
      tables: (0..<sizes.rowCount).map { (sizes.string($0, 0) ?? "", sizes.int($0, 1) ?? 0) },
      reader: ConnectionPool(
        configuration: PoolConfiguration(
          url: url,
          name: "reader",
          minimum: 0,
          maximum: 1,
          statementTimeout: .seconds(600),
          readOnly: true
        ),
        logger: logger
      )
    )
  }

  func close() {
    reader.shutDown()
  }

  static func drop(_ count: Int, server: String, logger: Logger) async throws {
    let pool = pool(server, database: nil, logger)
    defer { pool.shutDown() }
    _ = try await pool.withConnection { try await $0.execute("DROP DATABASE \(databaseName(count)) WITH (FORCE)") }
  }

  func printSizes() {
    let rate = Int(Double(count) / max(seconds, 0.001))
    print("\n\(count) traces over \(StorageBenchmark.days) days, written in \(Int(seconds)) s: \(rate) a second\n")
    print("| bytes a trace on disk, with indexes | |\n| --- | --: |")
    for (name, bytes) in tables { print("| \(name) | \(bytes / Int64(count)) |") }
    print("| all | \(tables.reduce(0) { $0 + $1.1 } / Int64(count)) |")
  }

  // MARK: Making

  /// Writes what is not there yet. What was written whole says so in a table of its own; a run that was ended midway is gone on
  /// with, as writing a trace again changes nothing.
  private static func fill(_ pool: ConnectionPool, _ count: Int, days: Int) async throws -> (DemoConfiguration, Double)
  {
    _ = try await pool.withConnection {
      try await $0.execute(
        """
        CREATE SCHEMA IF NOT EXISTS benchmark;
        CREATE TABLE IF NOT EXISTS benchmark.demo (ends text NOT NULL, seconds double precision)
        """
      )
    }
    let made = try await pool.query(SQLQuery(SQLStatement("made", "SELECT ends, seconds::text FROM benchmark.demo")))
    let end = made.rowCount == 0 ? nil : made.string(0, 0).flatMap { TraceTimestamp($0) }
    let configuration = try DemoConfiguration(traces: count, days: days, end: end ?? .now)
    if made.rowCount == 0 {
      let insert = SQLStatement("begun", "INSERT INTO benchmark.demo VALUES ($1::text)")
      _ = try await pool.query(SQLQuery(insert, [.text("\(configuration.end)")]))
    }
    if made.rowCount > 0, let seconds = made.string(0, 1).flatMap({ Double($0) }) { return (configuration, seconds) }
    let start = ContinuousClock.now
    _ = try await DemoData(configuration).load(into: pool)
    let (whole, attoseconds) = (ContinuousClock.now - start).components
    let seconds = Double(whole) + Double(attoseconds) / 1e18
    _ = try await pool.withConnection { try await $0.execute("VACUUM ANALYZE") }
    let done = SQLStatement("done", "UPDATE benchmark.demo SET seconds = $1::text::double precision")
    _ = try await pool.query(SQLQuery(done, [.text("\(seconds)")]))
    return (configuration, seconds)
  }

  private static func databaseName(_ count: Int) -> String { "demo_\(count)" }

  private static func pool(_ server: String, database: String?, _ logger: Logger) -> ConnectionPool {
    let url = database.map { Self.url(server, database: $0) } ?? server
    return ConnectionPool(
      configuration: PoolConfiguration(url: url, name: "writer", minimum: 0, maximum: 4, statementTimeout: nil),
      logger: logger
    )
  }

  private static func url(_ server: String, database: String) -> String {
    guard let slash = server.lastIndex(of: "/") else { return server }
    return server[...slash] + database
  }

  private static let knownText = "SELECT FROM pg_database WHERE datname = $1::text"

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
