import Cache
import Database
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
import Resolver
import Schema
import ServiceLifecycle
public import UnixSignals

/// The gateway: everything that `tracegate serve` runs, wired in one place.
///
/// The public listener (HOST:PORT) identifies by token and has the account routes; the internal one
/// (SERVICE_HOST:SERVICE_PORT) takes the headers of the gateway in front of it and only reads.
public struct GatewayApplication: Sendable {
  private let configuration: GatewayConfiguration
  private let logger: Logger
  private let servers: GatewayServers
  private let cache: FieldCache
  private let cachedFields: [SchemaBinding.CachedField]
  private let engine: QueryEngine
  private let documents: DocumentResolver
  private let routes: [BoundRoute]
  private let passwords: PasswordHasher
  private let tokens: TokenAuthority
  private let revocations: RevocationFeed
  private let probe: ReadinessProbe
  private let answers = AnswerMemory()

  /// Which listener has begun to listen, and where.
  public enum Listening: Sendable, Equatable {
    case publicly(port: Int)
    case internally(port: Int)
  }

  private static let accountPrefix = "/api/v1/auth"

  /// Reads the schema and the route table and checks them; opens no connection.
  ///
  /// - Throws: an error whose description names what is wrong: the setting, or file, line and column.
  public init(configuration: GatewayConfiguration, logger: Logger) async throws {
    try configuration.requireIdentity()
    self.configuration = configuration
    self.logger = logger
    servers = try GatewayServers(configuration, logger: logger)
    let binding = try Self.binding(configuration)
    cachedFields = binding.cachedFields
    cache = FieldCache(
      redis: servers.redis,
      logger: logger,
      memory: configuration.cacheMemoryBytes == 0
        ? nil
        : MemoryConfiguration(maximumBytes: configuration.cacheMemoryBytes, prefixes: binding.cacheKeyPrefixes),
      leaseDuration: configuration.cacheLease == .zero ? nil : configuration.cacheLease
    )
    engine = QueryEngine(
      binding: binding,
      sources: DataSources(cache: cache, database: servers.reads, primary: servers.primary),
      logger: logger,
      configuration: Self.engineConfiguration(configuration)
    )
    documents = DocumentResolver(
      mode: configuration.documentMode,
      trusted: try TrustedDocuments(folder: configuration.operationsFolder, engine: engine),
      automatic: AutomaticDocuments(cache: cache, lifetime: configuration.persistedQueryTTL),
      engine: engine
    )
    routes = try Self.routes(configuration, engine)
    passwords = PasswordHasher(
      cost: configuration.bcryptCost,
      threads: configuration.bcryptThreads,
      queue: configuration.bcryptQueue
    )
    tokens = await TokenAuthority(secret: configuration.jwtSecret, lifetime: configuration.jwtTTL)
    revocations = RevocationFeed(redis: servers.streamRedis, memory: tokens.memory, logger: logger)
    probe = ReadinessProbe(
      timescale: servers.timescale,
      postgres: servers.postgres,
      redis: servers.redis,
      logger: logger
    )
  }

  /// Serves until a signal comes or the task is cancelled, then finishes what is under way.
  ///
  /// - Parameters:
  ///   - signals: those that begin a graceful shutdown.
  ///   - onListening: called once for each listener, when its port is open.
  public func run(
    signals: [UnixSignal] = [.sigterm, .sigint],
    onListening: @escaping @Sendable (Listening) -> Void = { _ in }
  ) async throws {
    try await probe.refuseForeignSchemas()
    if configuration.requiresTimescale { try await TraceStorage.read(servers.timescale).requireTimescale() }
    var services = servers.services
    services.append(StorageNotice(pool: servers.timescale, logger: logger))
    services += [
      LifelongService(name: "cache") { [cache] in await cache.run() },
      LifelongService(name: "engine") { [engine] in await engine.run() }, passwords, revocations,
    ]
    services += [
      listener(
        host: configuration.internalHost,
        port: configuration.internalPort,
        authenticator: .contextHeaders
      ) { onListening(.internally(port: $0)) },
      listener(host: configuration.host, port: configuration.port, authenticator: .token(tokens)) {
        onListening(.publicly(port: $0))
      },
    ]
    var group = ServiceGroupConfiguration(
      services: services,
      gracefulShutdownSignals: signals,
      logger: logger
    )
    group.maximumGracefulShutdownDuration = configuration.shutdownTimeout
    try await ServiceGroup(configuration: group).run()
  }

  // MARK: Listeners

  private func listener(
    host: String,
    port: Int,
    authenticator: Authenticator,
    onListening: @escaping @Sendable (Int) -> Void
  ) -> some Service {
    var registry = RouteRegistry()
    addReads(to: &registry, authenticator)
    switch authenticator {
    case .token:
      addAccounts(to: &registry)
      addCache(to: &registry, authenticator)
    case .contextHeaders: addMetrics(to: &registry)
    }
    let router = registry.makeRouter(edge: EdgeMiddleware(edge: edge))
    let responder = ImmediateResponder(
      engine: engine,
      authenticator: authenticator,
      documents: documents,
      limits: graphQLLimits,
      answers: answers,
      edge: edge,
      logger: logger
    )
    let handlers = ConnectionHandlers(responder: responder, idleTimeout: configuration.idleTimeout)
    var application = Application(
      router: router,
      server: .http1(
        configuration: .init(additionalChannelHandlers: handlers.make())
      ),
      configuration: ApplicationConfiguration(
        address: .hostname(host, port: port),
        serverName: nil,
        availableConnectionsDelegate: MaximumAvailableConnections(configuration.maximumConnections)
      ),
      onServerRunning: { channel in onListening(channel.localAddress?.port ?? port) },
      logger: logger
    )
    // So that a token revoked before the start is refused from the first request on.
    application.beforeServerStarts { await revocations.refresh() }
    return Listener(address: "\(host):\(port)", application: application)
  }

  private var graphQLLimits: GraphQLExchange.Limits {
    GraphQLExchange.Limits(batch: configuration.graphQLBatchLimit)
  }

  private var edge: Edge {
    Edge(
      cors: CORSPolicy(origins: configuration.corsOrigins),
      compression: ResponseCompression(minimum: configuration.compressionMinimum)
    )
  }

  private func addReads(to registry: inout RouteRegistry, _ authenticator: Authenticator) {
    let health = HealthController(probe: probe)
    registry.on(.get, "/health", health.health)
    registry.on(.get, "/ready", health.ready)
    let graphQL = GraphQLController(
      engine: engine,
      authenticator: authenticator,
      documents: documents,
      bodies: bodies,
      deadline: configuration.requestTimeout,
      limits: graphQLLimits
    )
    registry.on([.get, .post], "/graphql", refusingOthers: graphQL.handle)
    for bound in routes {
      let controller = RouteController(
        bound: bound,
        engine: engine,
        authenticator: authenticator,
        deadline: configuration.requestTimeout
      )
      registry.on(.get, bound.route.path, controller.handle)
    }
  }

  private func addAccounts(to registry: inout RouteRegistry) {
    let accounts = AccountController(
      accounts: AccountStore(pool: servers.postgres),
      passwords: passwords,
      tokens: tokens,
      revocations: revocations,
      throttle: LoginThrottle(limit: configuration.loginFailureLimit, window: configuration.loginFailureWindow),
      bodies: bodies
    )
    let limit = configuration.requestTimeout
    registry.on(.post, Self.accountPrefix + "/register", RouteRegistry.within(limit, accounts.register))
    registry.on(.post, Self.accountPrefix + "/login", RouteRegistry.within(limit, accounts.login))
    // A logout that has begun is finished: half of one would leave the token at work.
    registry.on(.post, Self.accountPrefix + "/logout", accounts.logout)
    registry.on(.get, Self.accountPrefix + "/me", RouteRegistry.within(limit, accounts.me))
  }

  private func addCache(to registry: inout RouteRegistry, _ authenticator: Authenticator) {
    let controller = CacheController(cache: cache, fields: cachedFields, authenticator: authenticator, logger: logger)
    registry.on(.delete, CacheController.path, RouteRegistry.within(configuration.requestTimeout, controller.drop))
  }

  private func addMetrics(to registry: inout RouteRegistry) {
    let controller = MetricsController(engine: engine, cache: cache, fields: cachedFields, servers: servers)
    registry.on(.get, "/metrics", controller.metrics)
  }

  private var bodies: RequestBodyReader {
    RequestBodyReader(limit: configuration.maximumBodySize, deadline: configuration.requestTimeout)
  }

  // MARK: Files

  private static func engineConfiguration(_ configuration: GatewayConfiguration) -> QueryEngine.Configuration {
    var engine = QueryEngine.Configuration()
    engine.queryLimits = configuration.queryLimits
    engine.planCacheBytes = configuration.planCacheBytes
    engine.scanConcurrency = configuration.scanConcurrency
    return engine
  }

  private static func binding(_ configuration: GatewayConfiguration) throws -> SchemaBinding {
    let source = Source(bytes: try TextFile.bytes(of: configuration.schemaFile), name: configuration.schemaFile)
    return try SchemaBinding.tracegate(
      source,
      ttlOverrides: configuration.cacheTTLs,
      scanBudget: configuration.scanBudget
    )
  }

  private static func routes(_ configuration: GatewayConfiguration, _ engine: QueryEngine) throws -> [BoundRoute] {
    let file = configuration.routesFile
    let loader = RouteTableLoader(reserved: reservedPaths)
    return try BoundRoute.bind(try loader.load(try TextFile.read(file), file: file), file: file, to: engine)
  }

  private static let reservedPaths: Set<String> = [
    "/health", "/ready", "/metrics", "/graphql", "/docs", "/openapi.json", CacheController.path,
    accountPrefix + "/register", accountPrefix + "/login", accountPrefix + "/logout", accountPrefix + "/me",
  ]
}
