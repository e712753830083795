import Cache
import Database
import Logging
import ServiceLifecycle

/// The connections to the servers behind the gateway, and their lives.
struct GatewayServers: Sendable {
  /// Only reads; may be a replica.
  let timescale: ConnectionPool
  let replicas: [ConnectionPool]
  /// Chooses between `replicas` and `timescale`.
  let reads: ReadPools
  /// Where mutations write. Opened when the first of them comes.
  let primary: ConnectionPool
  let postgres: ConnectionPool
  let redis: RedisClient
  /// For what must not be evicted; the same as `redis` unless STREAM_REDIS_URL says otherwise.
  let streamRedis: RedisClient

  /// Opens nothing yet.
  init(_ configuration: GatewayConfiguration, logger: Logger) throws {
    timescale = Self.readPool(configuration.timescaleURL, "timescale", configuration, logger)
    replicas = configuration.replicaURLs.enumerated().map { index, url in
      Self.readPool(url, "replica \(index + 1)", configuration, logger)
    }
    reads = ReadPools(
      main: timescale,
      replicas: replicas,
      maximumLag: configuration.replicaMaximumLag,
      logger: logger
    )
    primary = ConnectionPool(
      configuration: PoolConfiguration(
        url: configuration.effectivePrimaryURL,
        name: "primary",
        minimum: 0,
        maximum: configuration.primaryPoolMaximum,
        statementTimeout: configuration.statementTimeout,
        connectTimeout: configuration.connectTimeout,
        acquireTimeout: configuration.poolAcquireTimeout
      ),
      logger: logger
    )
    postgres = ConnectionPool(
      configuration: PoolConfiguration(
        url: configuration.postgresURL,
        name: "postgres",
        minimum: configuration.platformPoolMinimum,
        maximum: configuration.platformPoolMaximum,
        statementTimeout: configuration.platformStatementTimeout,
        connectTimeout: configuration.connectTimeout,
        acquireTimeout: configuration.poolAcquireTimeout
      ),
      logger: logger
    )
    redis = RedisClient(configuration: try configuration.redis(configuration.redisURL), logger: logger)
    let streamURL = configuration.effectiveStreamRedisURL
    streamRedis =
      streamURL == configuration.redisURL
      ? redis : RedisClient(configuration: try configuration.redis(streamURL), logger: logger)
  }

  /// Everything that lives as long as the gateway, in the order of starting; it is stopped the other way round.
  var services: [any Service] {
    var services: [any Service] = [
      LifelongService(name: "timescale") { [timescale] in await timescale.run() },
      LifelongService(name: "primary") { [primary] in await primary.run() },
      LifelongService(name: "postgres") { [postgres] in await postgres.run() },
      LifelongService(name: "redis") { [redis] in await redis.run() },
    ]
    for replica in replicas {
      services.append(LifelongService(name: replica.configuration.name) { await replica.run() })
    }
    if !replicas.isEmpty { services.append(LifelongService(name: "replicas") { [reads] in await reads.run() }) }
    if streamRedis !== redis {
      services.append(LifelongService(name: "stream redis") { [streamRedis] in await streamRedis.run() })
    }
    return services
  }

  private static func readPool(
    _ url: String,
    _ name: String,
    _ configuration: GatewayConfiguration,
    _ logger: Logger
  ) -> ConnectionPool {
    ConnectionPool(
      configuration: PoolConfiguration(
        url: url,
        name: name,
        minimum: configuration.poolMinimum,
        maximum: configuration.poolMaximum,
        statementTimeout: configuration.statementTimeout,
        connectTimeout: configuration.connectTimeout,
        acquireTimeout: configuration.poolAcquireTimeout,
        readOnly: true
      ),
      logger: logger
    )
  }
}

/// A component whose `run()` ends when it is cancelled, as a service that ends at graceful shutdown.
struct LifelongService: Service, CustomStringConvertible {
  let name: String
  let body: @Sendable () async -> Void

  var description: String { name }

  func run() async throws {
    await cancelWhenGracefulShutdown { await body() }
  }
}
