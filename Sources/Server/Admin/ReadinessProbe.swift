import Cache
import Database
import Logging
import Synchronization

/// Whether the servers behind the gateway can be used, asked at most once a second however often `/ready` is.
final class ReadinessProbe: Sendable {
  /// What one server or set of migrations is found to be.
  enum Finding: String, Sendable, Equatable {
    case ok
    case unavailable
    /// The database lacks steps that this program needs: run `tracegate migrate`.
    case pending
  }

  struct Report: Sendable, Equatable {
    var timescale: Finding
    var postgres: Finding
    var redis: Finding
    var timescaleMigrations: Finding
    var postgresMigrations: Finding

    /// Redis is not needed to answer: without it the gateway is slower, not away.
    var isReady: Bool {
      timescale == .ok && postgres == .ok && timescaleMigrations == .ok && postgresMigrations == .ok
    }

    /// In the order of the body.
    var named: [(name: StaticString, finding: Finding)] {
      [
        ("timescale", timescale), ("postgres", postgres), ("redis", redis),
        ("timescale_migrations", timescaleMigrations), ("postgres_migrations", postgresMigrations),
      ]
    }
  }

  private struct State {
    var last: (report: Report, at: ContinuousClock.Instant)?
    /// Migrations do not come undone, so each set is asked for until it is complete.
    var isTimescaleMigrated = false
    var isPostgresMigrated = false
  }

  private let timescale: ConnectionPool
  private let postgres: ConnectionPool
  private let redis: RedisClient
  private let logger: Logger
  private let state = Mutex(State())

  private static let patience = Duration.seconds(2)

  init(timescale: ConnectionPool, postgres: ConnectionPool, redis: RedisClient, logger: Logger) {
    self.timescale = timescale
    self.postgres = postgres
    self.redis = redis
    self.logger = logger
  }

  /// One round trip to each server, all at once, within two seconds.
  func report() async -> Report {
    if let (report, at) = state.withLock({ $0.last }), ContinuousClock.now - at < .seconds(1) { return report }
    async let timescale = answers(self.timescale)
    async let postgres = answers(self.postgres)
    async let redis = redisAnswers()
    async let telemetry = telemetryMigrations()
    async let platform = platformMigrations()
    let report = await Report(
      timescale: timescale,
      postgres: postgres,
      redis: redis,
      timescaleMigrations: telemetry,
      postgresMigrations: platform
    )
    state.withLock { $0.last = (report, ContinuousClock.now) }
    return report
  }

  /// For the start: a program must not serve what a newer one has made, or another text of a migration. What does not answer
  /// now is asked again by ``report()``.
  /// - Throws: `DatabaseError` of code `migration`.
  func refuseForeignSchemas() async throws(DatabaseError) {
    async let telemetry = foreignness(of: Migration.telemetry, in: timescale)
    async let platform = foreignness(of: Migration.platform, in: postgres)
    for error in await [telemetry, platform].compactMap(\.self) { throw error }
  }

  private func foreignness(of migrations: [Migration], in pool: ConnectionPool) async -> DatabaseError? {
    let migrator = Migrator(logger: logger)
    do {
      let pending = try await Deadline.run(within: Self.patience) { try await migrator.pending(pool, migrations) }
      if !pending.isEmpty {
        let names = pending.map(\.label).joined(separator: ", ")
        logger.warning("the database lacks migrations; run tracegate migrate", metadata: ["migrations": "\(names)"])
      }
      return nil
    } catch {
      return (error as? DatabaseError).flatMap { $0.code == .migration ? $0 : nil }
    }
  }

  private func answers(_ pool: ConnectionPool) async -> Finding {
    do {
      try await Deadline.run(within: Self.patience) { _ = try await pool.query(SQLQuery(Self.ping)) }
      return .ok
    } catch {
      return .unavailable
    }
  }

  private func redisAnswers() async -> Finding {
    let redis = redis
    do {
      try await Deadline.run(within: Self.patience) {
        for reply in try await redis.pipeline([RedisCommand("PING")]) { _ = try reply.value() }
      }
      return .ok
    } catch {
      return .unavailable
    }
  }

  private func telemetryMigrations() async -> Finding {
    if state.withLock({ $0.isTimescaleMigrated }) { return .ok }
    let finding = await migrations(Migration.telemetry, in: timescale)
    if finding == .ok { state.withLock { $0.isTimescaleMigrated = true } }
    return finding
  }

  private func platformMigrations() async -> Finding {
    if state.withLock({ $0.isPostgresMigrated }) { return .ok }
    let finding = await migrations(Migration.platform, in: postgres)
    if finding == .ok { state.withLock { $0.isPostgresMigrated = true } }
    return finding
  }

  private func migrations(_ migrations: [Migration], in pool: ConnectionPool) async -> Finding {
    let migrator = Migrator(logger: logger)
    do {
      let pending = try await Deadline.run(within: Self.patience) {
        try await migrator.pending(pool, migrations)
      }
      return pending.isEmpty ? .ok : .pending
    } catch {
      return .unavailable
    }
  }

  private static let ping = SQLStatement("ready_ping", "SELECT 1")
}
