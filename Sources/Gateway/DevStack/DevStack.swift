/// The private servers of one data folder.
struct DevStack: Sendable {
  struct Options: Sendable {
    var postgresPort: Int
    var redisPort: Int
    /// For tests: starts empty, and nothing need survive the machine, so nothing is forced to disk.
    var isThrowaway = false
    var loadsTimescale = false
    var needsPostgres = true
    var needsRedis = true
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
      ? try await PrivateRedis.prepare(folder, port: options.redisPort, isThrowaway: options.isThrowaway) : nil

    return try await PrivateServer.running([postgres, redis].compactMap { $0 }) {
      try await body(Endpoints(postgresURL: postgres?.url, redisURL: redis?.url))
    }
  }
}
