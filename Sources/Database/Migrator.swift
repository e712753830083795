public import Logging

/// Brings a database's schema to the version this program needs, once, however many programs try at the same time.
///
/// An advisory lock lets one migrate while the others wait and then find the work done. Each step and the record of it
/// are one transaction: whoever is killed leaves whole steps behind, and the next run goes on from there.
public struct Migrator: Sendable {
  /// Applied steps, by set. In the database's default schema, beside the tables themselves.
  static let versionsTable = "tracegate_migrations"
  /// Two numbers of our own for `pg_advisory_lock`: the schema is one resource whatever the set.
  private static let lock = "831746511, 1"

  private let logger: Logger

  public init(logger: Logger) {
    self.logger = logger
  }

  public struct Report: Sendable, Hashable {
    /// Names such as `telemetry 2 (partitions)`, in the order applied.
    public var applied: [String]
    /// The version each set is at now.
    public var versions: [Migration.Set: Int]
  }

  /// Applies what is missing. Needs no superuser: the right to create tables and functions in the default schema will
  /// do.
  ///
  /// - Throws: `DatabaseError` with code `migration` when the database is newer than this program, when an applied step
  ///   is not the one this program knows, or when a step fails; its message is fit for whoever runs the command.
  @discardableResult
  public func migrate(_ pool: ConnectionPool, _ migrations: [Migration]) async throws -> Report {
    try Self.check(migrations)
    return try await pool.withConnection { connection in
      try await withoutTimeout(connection) {
        try await connection.execute("SELECT pg_advisory_lock(\(Self.lock))")
        do {
          let report = try await migrateLocked(connection, migrations)
          try await connection.execute("SELECT pg_advisory_unlock(\(Self.lock))")
          return report
        } catch {
          // The lock belongs to the session; with a session that cannot say so it ends by itself.
          _ = try? await connection.execute("SELECT pg_advisory_unlock(\(Self.lock))")
          throw error
        }
      }
    }
  }

  /// What of the list the database still lacks. Changes nothing. Throws like `migrate` when the two do not fit
  /// together.
  public func pending(_ pool: ConnectionPool, _ migrations: [Migration]) async throws -> [Migration] {
    try Self.check(migrations)
    return try await pool.withConnection { connection in
      let applied = try await tableExists(connection) ? try await appliedSteps(connection) : []
      return try Self.missing(migrations, applied: applied)
    }
  }

  // MARK: Steps

  private func migrateLocked(_ connection: DatabaseConnection, _ migrations: [Migration]) async throws -> Report {
    if try await !tableExists(connection) {
      try await connection.execute(
        """
        CREATE TABLE \(Self.versionsTable) (
          "set" text NOT NULL, version integer NOT NULL, name text NOT NULL, checksum text NOT NULL,
          applied_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY ("set", version))
        """
      )
    }
    var report = Report(applied: [], versions: [:])
    for migration in try Self.missing(migrations, applied: await appliedSteps(connection)) {
      try await apply(migration, connection)
      report.applied.append(migration.label)
      logger.info("migration applied", metadata: ["migration": "\(migration.label)"])
    }
    for migration in migrations {
      report.versions[migration.set] = max(report.versions[migration.set] ?? 0, migration.version)
    }
    return report
  }

  private func apply(_ migration: Migration, _ connection: DatabaseConnection) async throws {
    do {
      try await connection.transaction {
        try await connection.execute(migration.sql)
        _ = try await connection.query(
          SQLQuery(
            Self.record,
            [
              .text(migration.set.rawValue), .int(Int64(migration.version)), .text(migration.name),
              .text(migration.checksum),
            ]
          )
        )
      }
    } catch let error as DatabaseError where error.sqlState == .duplicateTable {
      throw DatabaseError(
        .migration,
        "Migration \(migration.label) makes a relation that is there already and is not Tracegate's; it was left as it is. "
          + "Give Tracegate a schema of its own: CREATE SCHEMA tracegate, and ?options=-csearch_path%3Dtracegate,public in "
          + "the URL.",
        detail: error.debugDescription
      )
    } catch let error as DatabaseError where error.code != .unavailable && error.code != .cancelled {
      throw DatabaseError(
        .migration,
        "Migration \(migration.label) failed; nothing of it was kept.",
        detail: error.debugDescription
      )
    }
  }

  private static let record = SQLStatement(
    "migration_record",
    "INSERT INTO \(versionsTable) (\"set\", version, name, checksum) VALUES ($1, $2::integer, $3, $4)"
  )

  /// A step may rewrite a large table.
  private func withoutTimeout<R>(_ connection: DatabaseConnection, _ body: () async throws -> R) async throws -> R {
    try await connection.execute("SET statement_timeout = 0")
    connection.setWatchdog(enabled: false)
    let result: R
    do {
      result = try await body()
    } catch {
      _ = try? await restoreTimeout(connection)
      throw error
    }
    try await restoreTimeout(connection)
    return result
  }

  private func restoreTimeout(_ connection: DatabaseConnection) async throws(DatabaseError) {
    connection.setWatchdog(enabled: true)
    try await connection.execute("RESET statement_timeout")
  }

  // MARK: What is there, and whether it fits

  struct AppliedStep: Sendable, Hashable {
    var set: String
    var version: Int
    var name: String
    var checksum: String
  }

  private func tableExists(_ connection: DatabaseConnection) async throws -> Bool {
    let result = try await connection.execute("SELECT to_regclass('\(Self.versionsTable)') IS NOT NULL")
    return result?.bool(0, 0) ?? false
  }

  private func appliedSteps(_ connection: DatabaseConnection) async throws -> [AppliedStep] {
    let result = try await connection.execute(
      "SELECT \"set\", version, name, checksum FROM \(Self.versionsTable) ORDER BY \"set\", version"
    )
    guard let result else { return [] }
    return (0..<result.rowCount).map { row in
      AppliedStep(
        set: result.string(row, 0) ?? "",
        version: Int(result.int(row, 1) ?? 0),
        name: result.string(row, 2) ?? "",
        checksum: result.string(row, 3) ?? ""
      )
    }
  }

  /// Steps of sets that this run is not about are none of its business.
  static func missing(_ migrations: [Migration], applied: [AppliedStep]) throws(DatabaseError) -> [Migration] {
    let bySet = Dictionary(grouping: migrations, by: \.set.rawValue)
    var done: [String: Set<Int>] = [:]
    for step in applied {
      guard let known = bySet[step.set] else { continue }
      guard let migration = known.first(where: { $0.version == step.version }) else {
        throw DatabaseError(
          .migration,
          "The database is newer than this program: it has \(step.set) migration \(step.version) (\(step.name)), "
            + "this program knows \(step.set) up to \(known.map(\.version).max() ?? 0). Run the newer program."
        )
      }
      guard migration.checksum == step.checksum else {
        throw DatabaseError(
          .migration,
          "Migration \(migration.label) was applied with another text than this program has "
            + "(checksum \(step.checksum) in the database, \(migration.checksum) here)."
        )
      }
      done[step.set, default: []].insert(step.version)
    }
    return migrations.filter { done[$0.set.rawValue]?.contains($0.version) != true }
  }

  private static func check(_ migrations: [Migration]) throws(DatabaseError) {
    for (set, steps) in Dictionary(grouping: migrations, by: \.set)
    where steps.map(\.version) != Array(1...steps.count) {
      throw DatabaseError(.migration, "The \(set.rawValue) migrations are not numbered 1, 2, 3, … in order.")
    }
  }
}

extension Migration {
  /// `telemetry 2 (partitions)`
  public var label: String { "\(set.rawValue) \(version) (\(name))" }
}
