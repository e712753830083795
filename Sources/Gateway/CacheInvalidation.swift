import Cache
import Ingest
import Logging
import Server

/// Tells the cache that a command writes or drops traces: at once, then at most once in CACHE_INVALIDATION_INTERVAL_MS and
/// workspace while it goes on, and once more at the end.
struct CacheInvalidation: Sendable {
  private let coalescer: InvalidationCoalescer

  /// Runs `body`, and returns when the caches know of all that it has written. When Redis cannot be told, says so and goes
  /// on: the traces are written, and what is cached ends by itself.
  static func running<R: Sendable>(
    _ configuration: GatewayConfiguration,
    logger: Logger,
    _ body: (CacheInvalidation) async throws -> R
  ) async throws -> R {
    let redis = RedisClient(configuration: try configuration.redis(configuration.redisURL), logger: logger)
    let coalescer = InvalidationCoalescer(
      cache: FieldCache(redis: redis, logger: logger),
      interval: configuration.cacheInvalidationInterval,
      logger: logger
    )
    do {
      let result = try await body(CacheInvalidation(coalescer: coalescer))
      await finish(coalescer, redis)
      return result
    } catch {
      // What was written before the failure is there.
      await finish(coalescer, redis)
      throw error
    }
  }

  private static func finish(_ coalescer: InvalidationCoalescer, _ redis: RedisClient) async {
    if !(await coalescer.finish()) {
      Terminal.say("Redis could not be told of what has changed; cached answers stay until they expire")
    }
    await redis.close()
  }

  /// Something of a workspace was written or dropped. Returns at once.
  func wrote(to workspace: UUIDBytes) {
    coalescer.changed("\(workspace)")
  }
}
