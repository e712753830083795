public import Cache
public import Logging
public import Schema

/// Everything that a deployment can set. The values here are the defaults; ``settings`` is the one table that names,
/// bounds and explains them, and from which `docs/configuration.md` is generated.
public struct GatewayConfiguration: Sendable {
  public var timescaleURL = "postgresql://127.0.0.1:5432/tracegate"
  /// Empty means: the same as `timescaleURL`. Read it through ``effectivePrimaryURL``.
  public var primaryURL = ""
  /// Whether the traces must lie in hypertables.
  public var requiresTimescale = false
  /// Zero for no compression.
  public var timescaleCompressAfterDays = 0
  /// Zero for all of them, for ever.
  public var traceRetentionDays = 0
  public var postgresURL = "postgresql://127.0.0.1:5432/tracegate"
  public var redisURL = "redis://127.0.0.1:6379/0"
  /// Empty means: the same as `redisURL`. Read it through ``effectiveStreamRedisURL``.
  public var streamRedisURL = ""
  /// PEM files; empty means none. See ``RedisTLS/Settings``.
  public var redisAuthorityFile = ""
  public var redisCertificateFile = ""
  public var redisKeyFile = ""
  public var redisVerification = RedisTLS.Verification.full
  public var poolMinimum = 5
  public var poolMaximum = 20
  public var primaryPoolMaximum = 4
  public var platformPoolMinimum = 2
  public var platformPoolMaximum = 10
  public var poolAcquireTimeout = Duration.seconds(5)
  public var connectTimeout = Duration.seconds(5)
  public var replicaURLs: [String] = []
  public var replicaMaximumLag = Duration.seconds(1)
  public var statementTimeout = Duration.seconds(10)
  public var platformStatementTimeout = Duration.seconds(5)
  public var redisTimeout = Duration.milliseconds(100)

  public var host = "127.0.0.1"
  public var port = 8000
  public var internalHost = "127.0.0.1"
  public var internalPort = 8003
  public var corsOrigins: [String] = []

  public var jwtSecret = ""
  public var jwtTTL = Duration.seconds(86400)
  public var bcryptCost = 12
  public var bcryptThreads = 2
  public var bcryptQueue = 32
  public var loginFailureLimit = 10
  public var loginFailureWindow = Duration.seconds(900)

  /// Overrides of the schema's times to live, by the name of the variable that sets them.
  public var cacheTTLs: [String: Int] = [:]
  public var cacheMemoryBytes = 67_108_864
  /// For how long one instance computes a missing value on behalf of the others; zero for each on its own.
  public var cacheLease = Duration.milliseconds(200)
  /// The least time between two invalidations of a workspace by those who write to it.
  public var cacheInvalidationInterval = Duration.seconds(1)

  /// Whose GraphQL documents are executed.
  public var documentMode = DocumentMode.open
  public var persistedQueryTTL = Duration.seconds(86400)

  public var maximumBodySize = 1_048_576
  public var graphQLBatchLimit = 0
  public var compressionMinimum = 1024
  public var requestTimeout = Duration.seconds(10)
  public var idleTimeout = Duration.seconds(60)
  public var maximumConnections = 4096
  public var shutdownTimeout = Duration.seconds(20)

  /// What one GraphQL operation may ask for.
  public var queryLimits = QueryLimits()
  /// What one field may spend on reading traces that rollups cannot answer for.
  public var scanBudget = Duration.seconds(2)
  public var scanConcurrency = 4
  public var planCacheBytes = 67_108_864

  public var schemaFile = "schema.graphql"
  public var routesFile = "routes.yaml"
  public var operationsFolder = "operations"
  public var logLevel = LogLevel.info

  public init() {}

  /// Where mutations write.
  public var effectivePrimaryURL: String { primaryURL.isEmpty ? timescaleURL : primaryURL }

  /// Where revocations (and the intake stream) live: a Redis that does not evict.
  public var effectiveStreamRedisURL: String { streamRedisURL.isEmpty ? redisURL : streamRedisURL }
}

extension GatewayConfiguration {
  /// The names that LOG_LEVEL takes.
  public enum LogLevel: String, Sendable, CaseIterable {
    case trace, debug, info, notice, warning, error, critical

    public var level: Logger.Level {
      switch self {
      case .trace: .trace
      case .debug: .debug
      case .info: .info
      case .notice: .notice
      case .warning: .warning
      case .error: .error
      case .critical: .critical
      }
    }
  }
}

extension GatewayConfiguration {
  /// The names that GRAPHQL_DOCUMENTS takes.
  public enum DocumentMode: String, Sendable, CaseIterable {
    /// Anybody's.
    case open
    /// Those of the deployment's own folder alone, on every way in.
    case trustedOnly = "trusted-only"
  }
}

extension GatewayConfiguration {
  /// The table. One row a setting, in the order of the documentation.
  public static let settings: [Setting] = servers + listeners + identity + cache + documents + limits + files

  private static let servers: [Setting] = [
    .text(
      "TIMESCALE_URL",
      .servers,
      \.timescaleURL,
      takes: postgresForm,
      isSecret: true,
      "PostgreSQL or TimescaleDB that holds the traces.",
      check: isPostgresURL
    ),
    .text(
      "TIMESCALE_PRIMARY_URL",
      .servers,
      \.primaryURL,
      takes: postgresForm,
      isSecret: true,
      "Where mutations write when `TIMESCALE_URL` is a replica. Unset: `TIMESCALE_URL`.",
      check: isPostgresURL
    ),
    .list(
      "TIMESCALE_REPLICA_URLS",
      .servers,
      \.replicaURLs,
      takes: "`postgresql://…` URLs, between commas",
      isSecret: true,
      "Replicas of `TIMESCALE_URL`. Queries read them in turn as long as they are near enough, and otherwise `TIMESCALE_URL`.",
      check: isPostgresURL
    ),
    .duration(
      "TIMESCALE_REPLICA_MAX_LAG_MS",
      .servers,
      \.replicaMaximumLag,
      in: 0...3_600_000,
      unit: .milliseconds,
      "How far behind a replica may be that is read from."
    ),
    .flag(
      "TIMESCALE_REQUIRED",
      .servers,
      \.requiresTimescale,
      "Whether `TIMESCALE_URL` must have TimescaleDB. `migrate` then makes the extension and moves what is there; without it nothing starts."
    ),
    .integer(
      "TIMESCALE_COMPRESS_AFTER_DAYS",
      .servers,
      \.timescaleCompressAfterDays,
      in: 0...36_500,
      "`migrate` has TimescaleDB compress days older than this; needs its edition with the Timescale license. 0 changes nothing."
    ),
    .integer(
      "TRACE_RETENTION_DAYS",
      .servers,
      \.traceRetentionDays,
      in: 0...36_500,
      "For how many whole days before today `tracegate retention` keeps traces; older ones go. 0 keeps all."
    ),
    .text(
      "POSTGRES_URL",
      .servers,
      \.postgresURL,
      takes: postgresForm,
      isSecret: true,
      "PostgreSQL that holds users and workspaces; may be the same database.",
      check: isPostgresURL
    ),
    .redisURL("REDIS_URL", \.redisURL, "Redis for the cache. It may evict."),
    .redisURL(
      "STREAM_REDIS_URL",
      \.streamRedisURL,
      "Redis for what must not be evicted: intake and revoked tokens. Unset: `REDIS_URL`."
    ),
    .text(
      "REDIS_TLS_CA_FILE",
      .servers,
      \.redisAuthorityFile,
      takes: "the path of a PEM file",
      "The authorities that sign the certificates of Redis. Unset: those that the system trusts."
    ),
    .choice(
      "REDIS_TLS_VERIFY",
      .servers,
      \.redisVerification,
      "What is looked at in a certificate of Redis: all (`full`), all but the host (`authority`), or nothing (`none`)."
    ),
    .text(
      "REDIS_TLS_CERT_FILE",
      .servers,
      \.redisCertificateFile,
      takes: "the path of a PEM file",
      "Our own certificate with its chain, for a Redis that asks for one."
    ),
    .text(
      "REDIS_TLS_KEY_FILE",
      .servers,
      \.redisKeyFile,
      takes: "the path of a PEM file",
      "The private key of `REDIS_TLS_CERT_FILE`."
    ),
    .integer(
      "DB_POOL_MIN_SIZE",
      .servers,
      \.poolMinimum,
      in: 1...1000,
      "Connections to `TIMESCALE_URL` kept open."
    ),
    .integer(
      "DB_POOL_MAX_SIZE",
      .servers,
      \.poolMaximum,
      in: 1...1000,
      "Most connections to `TIMESCALE_URL`."
    ),
    .integer(
      "DB_PRIMARY_POOL_MAX_SIZE",
      .servers,
      \.primaryPoolMaximum,
      in: 1...1000,
      "Most connections for mutations; none is kept open."
    ),
    .integer(
      "PLATFORM_POOL_MIN_SIZE",
      .servers,
      \.platformPoolMinimum,
      in: 1...1000,
      "Connections to `POSTGRES_URL` kept open."
    ),
    .integer(
      "PLATFORM_POOL_MAX_SIZE",
      .servers,
      \.platformPoolMaximum,
      in: 1...1000,
      "Most connections to `POSTGRES_URL`."
    ),
    .duration(
      "DB_ACQUIRE_TIMEOUT_MS",
      .servers,
      \.poolAcquireTimeout,
      in: 10...60_000,
      unit: .milliseconds,
      "How long a request waits for a free connection."
    ),
    .duration(
      "DB_CONNECT_TIMEOUT_MS",
      .servers,
      \.connectTimeout,
      in: 100...60_000,
      unit: .milliseconds,
      "How long opening a connection may take."
    ),
    .duration(
      "DB_STATEMENT_TIMEOUT_MS",
      .servers,
      \.statementTimeout,
      in: 10...600_000,
      unit: .milliseconds,
      "PostgreSQL ends a statement on traces after this time."
    ),
    .duration(
      "PLATFORM_STATEMENT_TIMEOUT_MS",
      .servers,
      \.platformStatementTimeout,
      in: 10...600_000,
      unit: .milliseconds,
      "PostgreSQL ends a statement on users and workspaces after this time."
    ),
    .duration(
      "REDIS_TIMEOUT_MS",
      .servers,
      \.redisTimeout,
      in: 1...10_000,
      unit: .milliseconds,
      "A cache read that takes longer counts as a miss."
    ),
  ]

  private static let listeners: [Setting] = [
    .text("HOST", .listeners, \.host, takes: "an address or a host name", "Where the public listener binds."),
    .integer("PORT", .listeners, \.port, in: 0...65535, "Port of the public listener; 0 takes a free one."),
    .text(
      "SERVICE_HOST",
      .listeners,
      \.internalHost,
      takes: "an address or a host name",
      "Where the internal listener binds. It trusts its headers: never publish it."
    ),
    .integer(
      "SERVICE_PORT",
      .listeners,
      \.internalPort,
      in: 0...65535,
      "Port of the internal listener (`X-Workspace-ID`, `X-User-ID`); 0 takes a free one."
    ),
    .list(
      "CORS_ORIGINS",
      .listeners,
      \.corsOrigins,
      takes: "origins such as `https://app.example.com`, between commas",
      "Web pages of these origins may call the API.",
      check: isOrigin
    ),
  ]

  private static let identity: [Setting] = [
    .text(
      "JWT_SECRET",
      .identity,
      \.jwtSecret,
      takes: "at least 32 bytes",
      isSecret: true,
      "Key of the tokens' signature (HS256). Required by `serve`.",
      check: { $0.utf8.count >= 32 }
    ),
    .duration(
      "JWT_TTL_SECONDS",
      .identity,
      \.jwtTTL,
      in: 60...2_592_000,
      "How long a token works after login."
    ),
    .integer(
      "BCRYPT_COST",
      .identity,
      \.bcryptCost,
      in: 4...16,
      "Cost of new password hashes; each step doubles the time (12: about 0.2 s)."
    ),
    .integer("BCRYPT_THREADS", .identity, \.bcryptThreads, in: 1...64, "Threads that hash passwords."),
    .integer(
      "BCRYPT_QUEUE",
      .identity,
      \.bcryptQueue,
      in: 1...10_000,
      "Hashes that may wait for a thread; more are refused with 503."
    ),
    .integer(
      "LOGIN_FAILURE_LIMIT",
      .identity,
      \.loginFailureLimit,
      in: 1...10_000,
      "Failed logins of one account from one address within the window; more are refused with 429."
    ),
    .duration(
      "LOGIN_FAILURE_WINDOW_SECONDS",
      .identity,
      \.loginFailureWindow,
      in: 1...86400,
      "How long a failed login counts."
    ),
  ]

  private static let cache: [Setting] = [
    .cacheTTL("CACHE_TTL_HOME_KPIS", field: "homeKpis"),
    .cacheTTL("CACHE_TTL_ALERTS", field: "alerts"),
    .cacheTTL("CACHE_TTL_ACTIVITY", field: "activity"),
    .cacheTTL("CACHE_TTL_TRACES_LIST", field: "traces"),
    .cacheTTL("CACHE_TTL_TRACE_DETAIL", field: "trace"),
    .integer(
      "CACHE_MEMORY_BYTES",
      .cache,
      \.cacheMemoryBytes,
      in: 0...68_719_476_736,
      "Memory for cached values that Redis keeps up to date; 0 keeps none, so that every request asks Redis."
    ),
    .duration(
      "CACHE_LEASE_MS",
      .cache,
      \.cacheLease,
      in: 0...5_000,
      unit: .milliseconds,
      "How long an instance waits at most for another one that computes the same missing value; 0 lets each compute its own."
    ),
    .duration(
      "CACHE_INVALIDATION_INTERVAL_MS",
      .cache,
      \.cacheInvalidationInterval,
      in: 0...60_000,
      unit: .milliseconds,
      "While traces of a workspace are written again and again its caches are dropped once in this time, and after the last."
    ),
  ]

  private static let documents: [Setting] = [
    .choice(
      "GRAPHQL_DOCUMENTS",
      .documents,
      \.documentMode,
      "Whose documents `/graphql` executes: anybody's, or those of `OPERATIONS_FOLDER` alone."
    ),
    .text(
      "OPERATIONS_FOLDER",
      .documents,
      \.operationsFolder,
      takes: "a path",
      "The trusted documents, `*.graphql`."
    ),
    .duration(
      "PERSISTED_QUERY_TTL_SECONDS",
      .documents,
      \.persistedQueryTTL,
      in: 1...2_592_000,
      "How long Redis keeps a document that a client has registered (automatic persisted queries)."
    ),
  ]

  private static let limits: [Setting] = [
    .integer(
      "MAX_BODY_BYTES",
      .limits,
      \.maximumBodySize,
      in: 1024...104_857_600,
      "Largest request body, also when unpacked; larger ones are refused with 413."
    ),
    .integer(
      "GRAPHQL_BATCH_LIMIT",
      .limits,
      \.graphQLBatchLimit,
      in: 0...1000,
      "GraphQL requests that one array may hold; 0 takes no arrays."
    ),
    .integer(
      "RESPONSE_COMPRESSION_MIN_BYTES",
      .limits,
      \.compressionMinimum,
      in: 0...104_857_600,
      "Answers of this size or more are compressed for clients that ask for it; 0 compresses none."
    ),
    .duration(
      "REQUEST_TIMEOUT_MS",
      .limits,
      \.requestTimeout,
      in: 100...600_000,
      unit: .milliseconds,
      "Deadline of a request, and of the arrival of its body."
    ),
    .duration(
      "IDLE_TIMEOUT_SECONDS",
      .limits,
      \.idleTimeout,
      in: 1...3600,
      "A connection that says nothing is closed."
    ),
    .integer(
      "MAX_CONNECTIONS",
      .limits,
      \.maximumConnections,
      in: 1...1_000_000,
      "Most open connections of a listener; further ones wait to be accepted."
    ),
    .duration(
      "SHUTDOWN_TIMEOUT_SECONDS",
      .limits,
      \.shutdownTimeout,
      in: 1...600,
      "How long requests under way may take to finish after SIGTERM."
    ),
    .integer(
      "GRAPHQL_MAX_DEPTH",
      .limits,
      \.queryLimits.maxDepth,
      in: 1...100,
      "Nested selection sets of one operation."
    ),
    .integer(
      "GRAPHQL_MAX_ALIASES",
      .limits,
      \.queryLimits.maxAliases,
      in: 0...10_000,
      "Aliased fields of one operation."
    ),
    .integer(
      "GRAPHQL_MAX_ROOT_FIELDS",
      .limits,
      \.queryLimits.maxRootFields,
      in: 1...10_000,
      "Root fields of one operation, fragments written out."
    ),
    .integer(
      "GRAPHQL_MAX_DIRECTIVES",
      .limits,
      \.queryLimits.maxDirectives,
      in: 0...10_000,
      "Directives of one operation."
    ),
    .integer(
      "GRAPHQL_MAX_FIELDS",
      .limits,
      \.queryLimits.maxFields,
      in: 1...20_000,
      "Fields of one operation, fragments written out."
    ),
    .integer(
      "GRAPHQL_MAX_COST",
      .limits,
      \.queryLimits.maxCost,
      in: 1...1_000_000_000,
      "Cost of one operation by `@cost` and `@listSize`; `tracegate query --check` says what one has."
    ),
    .duration(
      "SCAN_BUDGET_MS",
      .limits,
      \.scanBudget,
      in: 1...600_000,
      unit: .milliseconds,
      "Processor time of PostgreSQL that one field may cost where traces have to be read one by one, or very many rows of rollups, as estimated beforehand; what would cost more is refused with advice."
    ),
    .integer(
      "SCAN_CONCURRENCY",
      .limits,
      \.scanConcurrency,
      in: 1...1000,
      "Requests at once that may cost more than a fortieth of `SCAN_BUDGET_MS`; others of that kind wait, workspaces in turn, and cheaper requests do not wait for them."
    ),
    .integer(
      "GRAPHQL_PLAN_CACHE_BYTES",
      .limits,
      \.planCacheBytes,
      in: 65_536...4_294_967_296,
      "What compiled documents may occupy; the ones used least give way."
    ),
  ]

  private static let files: [Setting] = [
    .text("SCHEMA_FILE", .files, \.schemaFile, takes: "a path", "The GraphQL schema."),
    .text("ROUTES_FILE", .files, \.routesFile, takes: "a path", "The table of REST routes."),
    .choice("LOG_LEVEL", .logging, \.logLevel, "The least severe log line that is written."),
  ]

  private static let postgresForm = "`postgresql://user:password@host:port/database`"

  @Sendable private static func isPostgresURL(_ text: String) -> Bool {
    text.hasPrefix("postgresql://") || text.hasPrefix("postgres://")
  }

  /// `scheme://host[:port]` as a browser writes it: no path, no trailing slash; or `*`.
  @Sendable private static func isOrigin(_ text: String) -> Bool {
    if text == "*" { return true }
    for scheme in ["https://", "http://"] where text.hasPrefix(scheme) {
      let rest = text.dropFirst(scheme.count)
      return !rest.isEmpty && !rest.contains { $0 == "/" || $0 == " " || $0 == "*" }
    }
    return false
  }
}
