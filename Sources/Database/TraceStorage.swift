/// How a database keeps the traces: in hypertables of TimescaleDB or in native partitions (SPEC §5, decision 18).
public struct TraceStorage: Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
    case hypertables
    case partitions
  }

  /// Nil before the first migration.
  public let kind: Kind?
  /// The extension's version; nil when the database does not have it.
  public let timescaleVersion: String?
  /// `apache` or `timescale`; nil without the extension.
  public let timescaleLicense: String?

  /// One round trip; says the truth before the migrations, too.
  public static func read(_ pool: ConnectionPool) async throws(DatabaseError) -> TraceStorage {
    let row = try await pool.query(SQLQuery(statement))
    let version = row.string(0, 1)
    let kind: Kind? =
      switch row.string(0, 0) {
      case "p": .partitions
      case .some: .hypertables
      case nil: nil
      }
    return TraceStorage(
      kind: kind,
      timescaleVersion: version,
      timescaleLicense: version == nil ? nil : row.string(0, 2)
    )
  }

  private static let statement = SQLStatement(
    "trace_storage",
    """
    SELECT (SELECT relkind::text FROM pg_class WHERE oid = to_regclass('traces')),
      (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'),
      current_setting('timescaledb.license', true)
    """
  )
}

extension TraceStorage: CustomStringConvertible {
  /// `hypertables of TimescaleDB 2.31.0 (apache)`, for the log.
  public var description: String {
    switch kind {
    case .hypertables: "hypertables of TimescaleDB \(timescaleVersion ?? "") (\(timescaleLicense ?? "unknown license"))"
    case .partitions: "native partitions"
    case nil: "not there yet"
    }
  }
}

extension TraceStorage {
  /// - Throws: ``DatabaseError`` with code `configuration` when the traces do not lie, or will not come to lie, in
  ///   hypertables; its message is fit for whoever set TIMESCALE_REQUIRED.
  public func requireTimescale() throws(DatabaseError) {
    guard timescaleVersion != nil else {
      throw DatabaseError(
        .configuration,
        "TIMESCALE_REQUIRED is true, and the database of TIMESCALE_URL does not have the extension timescaledb."
      )
    }
    guard kind != .partitions else {
      throw DatabaseError(
        .configuration,
        "TIMESCALE_REQUIRED is true, and the traces lie in native partitions; `tracegate migrate` moves them into "
          + "hypertables."
      )
    }
  }

  /// Makes the extension where it is missing. Run before the migrations, which then make hypertables.
  ///
  /// - Throws: ``DatabaseError`` with code `configuration` when the database has no TimescaleDB and will not get it from us.
  public static func makeExtension(_ pool: ConnectionPool) async throws {
    do {
      _ = try await pool.withConnection { try await $0.execute("CREATE EXTENSION IF NOT EXISTS timescaledb") }
    } catch let error as DatabaseError where error.sqlState != nil {
      throw DatabaseError(
        .configuration,
        "TIMESCALE_REQUIRED is true, and the database of TIMESCALE_URL cannot have the extension timescaledb: its server "
          + "must have it installed and in shared_preload_libraries, and this user must be allowed to create it.",
        detail: error.debugDescription
      )
    }
  }

  /// Makes hypertables of what a database has partitions for. Run after the migrations.
  ///
  /// One transaction, which nobody reads or writes beside: nothing is there twice, or half.
  public static func makeHypertables(_ pool: ConnectionPool) async throws {
    _ = try await pool.query(SQLQuery(SQLStatement("make_hypertables", "SELECT make_trace_hypertables()")))
  }

  /// Has TimescaleDB compress days older than that, from now on and without us.
  ///
  /// - Throws: ``DatabaseError`` with code `configuration` when the server's edition cannot.
  public static func compress(_ pool: ConnectionPool, afterDays days: Int) async throws {
    let storage = try await read(pool)
    guard storage.kind == .hypertables, storage.timescaleLicense == "timescale" else {
      throw DatabaseError(
        .configuration,
        "TIMESCALE_COMPRESS_AFTER_DAYS needs hypertables of TimescaleDB with the license `timescale`; the traces lie in "
          + "\(storage)."
      )
    }
    try await pool.withConnection { connection in
      try await connection.transaction {
        for table in ["traces", "trace_io", "spans"] {
          try await connection.execute(
            """
            ALTER TABLE \(table) SET (timescaledb.compress, timescaledb.compress_segmentby = 'workspace_id',
              timescaledb.compress_orderby = '"timestamp" DESC, trace_id');
            SELECT remove_compression_policy('\(table)', if_exists => true);
            SELECT add_compression_policy('\(table)', compress_after => interval '\(days) days')
            """
          )
        }
      }
    }
  }
}
