import Database
import Ingest
import Logging
import Server

/// The two databases of a configuration, for commands that run once: small pools, no time limit on statements.
struct Databases: Sendable {
  let telemetry: ConnectionPool
  let platform: ConnectionPool

  /// Opens the pools, runs `body`, and closes them.
  static func opened<R: Sendable>(
    _ configuration: GatewayConfiguration,
    logger: Logger,
    _ body: (Databases) async throws -> R
  ) async throws -> R {
    let databases = Databases(
      telemetry: pool(configuration.timescaleURL, "telemetry", logger),
      platform: pool(configuration.postgresURL, "platform", logger)
    )
    defer {
      databases.telemetry.shutDown()
      databases.platform.shutDown()
    }
    do {
      return try await body(databases)
    } catch let error as DatabaseError where !error.detail.isEmpty {
      // Whoever runs a command may read what the server says.
      throw GatewayFailure("\(error) \(error.detail)")
    }
  }

  /// Brings both to the schema of this program, and the traces into the storage that the settings ask for.
  ///
  /// - Returns: what was applied, by name.
  func migrate(_ configuration: GatewayConfiguration, logger: Logger) async throws -> [String] {
    if configuration.requiresTimescale { try await TraceStorage.makeExtension(telemetry) }
    let migrator = Migrator(logger: logger)
    let applied = try await migrator.migrate(telemetry, Migration.telemetry).applied
    if configuration.requiresTimescale { try await TraceStorage.makeHypertables(telemetry) }
    if configuration.timescaleCompressAfterDays > 0 {
      try await TraceStorage.compress(telemetry, afterDays: configuration.timescaleCompressAfterDays)
    }
    let storage = try await TraceStorage.read(telemetry)
    logger.info("traces are kept", metadata: ["in": "\(storage)"])
    return applied + (try await migrator.migrate(platform, Migration.platform).applied)
  }

  /// For commands that write: only to a schema of this program, neither one that a newer program has made nor an older one.
  func requireSchema(_ logger: Logger) async throws {
    let pending = try await Migrator(logger: logger).pending(telemetry, Migration.telemetry)
    guard pending.isEmpty else {
      throw GatewayFailure(
        "The database lacks migrations of this program (\(pending.map(\.label).joined(separator: ", "))); "
          + "run 'tracegate migrate' first."
      )
    }
  }

  /// Whether the platform knows a workspace; true when it cannot be asked.
  func knows(_ workspace: UUIDBytes) async -> Bool {
    let rows = try? await platform.query(SQLQuery(Self.workspace, [.text("\(workspace)")]))
    return rows?.bool(0, 0) != false
  }

  private static let workspace = SQLStatement(
    "workspace_exists",
    "SELECT EXISTS (SELECT FROM workspaces WHERE id = $1::uuid)"
  )

  /// Whether no trace has ever been written.
  func hasNoTraces() async throws -> Bool {
    let result = try await telemetry.query(SQLQuery(Self.anyTrace))
    return result.bool(0, 0) == false
  }

  private static let anyTrace = SQLStatement("any_trace", "SELECT EXISTS (SELECT FROM trace_locator)")

  private static func pool(_ url: String, _ name: String, _ logger: Logger) -> ConnectionPool {
    let configuration = PoolConfiguration(
      url: url,
      name: name,
      minimum: 0,
      maximum: 4,
      statementTimeout: nil,
      acquireTimeout: .seconds(60)
    )
    return ConnectionPool(configuration: configuration, logger: logger)
  }
}
