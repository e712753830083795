/// The private servers of one data folder.
struct DevStack: Sendable {
  struct Options: Sendable {
    var postgresPort: Int
    var redisPort: Int
    var keeping = DataKeeping.durable
    var loadsTimescale = false
    var needsPostgres = true
    var needsRedis = true
  }

  /// What becomes of the data.
  enum DataKeeping: Sendable {
    /// It is forced to disk and survives everything.
    case durable
    /// It is there at the next start, unless the machine ends in between: nothing is forced to disk. For benchmarks.
    case unforced
    /// As unforced, but each start begins empty. For tests.
    case throwaway
  }

  /// Where the servers are; `nil` for one that was not asked for.
  struct Endpoints: Sendable {
    let postgresURL: String?
    let redisURL: String?
  }

  /// Runs `body` beside the servers, which end with it, however it ends.
  ///
  /// - Throws: what `body` throws, or `GatewayFailure` when a server cannot be had or ends by itself.
  static func running<R: Sendable>(
    in folder: DataFolder,
    _ options: Options,
    _ body: @escaping @Sendable (Endpoints) async throws -> R
  ) async throws -> R {
    // The folder's lock is held until the servers are gone.
    defer { withExtendedLifetime(folder) {} }
    let postgres = options.needsPostgres ? try await PrivatePostgres.prepare(folder, options) : nil
    let redis =
      options.needsRedis
      ? try await PrivateRedis.prepare(folder, port: options.redisPort, keeping: options.keeping) : nil

    return try await PrivateServer.running([postgres, redis].compactMap { $0 }) {
      try await body(Endpoints(postgresURL: postgres?.url, redisURL: redis?.url))
    }
  }
}
