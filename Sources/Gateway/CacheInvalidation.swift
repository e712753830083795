import Cache
import Ingest
import Logging
import Server

/// Tells the cache that a command has written traces.
enum CacheInvalidation {
  /// Drops what is cached for the workspaces. When Redis cannot be told, says so and goes on: the traces are written,
  /// and what is cached ends by itself.
  static func afterWriting(
    to workspaces: [UUIDBytes],
    _ configuration: GatewayConfiguration,
    logger: Logger
  ) async {
    do {
      let redis = RedisClient(configuration: try configuration.redis(configuration.redisURL), logger: logger)
      let life = Task { await redis.run() }
      defer { life.cancel() }
      let cache = FieldCache(redis: redis, logger: logger)
      for workspace in workspaces { try await cache.invalidate(workspace: "\(workspace)") }
    } catch {
      Terminal.say("Redis could not be told of the new traces (\(error)); cached answers stay until they expire")
    }
  }
}
