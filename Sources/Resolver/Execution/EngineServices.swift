public import Cache
public import Database
import JSON
import Logging
import Schema

/// Where the resolvers' data is.
public struct DataSources: Sendable {
  let cache: FieldCache
  let database: ReadPools
  let primary: ConnectionPool

  /// - Parameters:
  ///   - database: where queries read.
  ///   - primary: where mutations write.
  public init(cache: FieldCache, database: ReadPools, primary: ConnectionPool) {
    self.cache = cache
    self.database = database
    self.primary = primary
  }
}

/// What the execution of every request shares.
final class EngineServices: Sendable {
  let binding: SchemaBinding
  let rootValue: RootValue?
  private let sources: DataSources?
  let memory: (any BodyMemory)?
  let flights: FlightTable<FlightKey, StepResults.Outcome>
  let refreshes = RefreshTable()
  let tally: FieldTally
  let scans: ScanLane
  private let introspection: IntrospectionDocument
  private let logger: Logger
  /// Does what mutations could not do, until it is done: the caches must hear of what has been written.
  private let retries: InvalidationCoalescer?
  /// Of what every request says while a server is away.
  private let outages: OccasionalLog

  var schema: GraphQLSchema { binding.schema }

  init(
    binding: SchemaBinding,
    sources: DataSources?,
    memory: (any BodyMemory)?,
    rootValue: RootValue?,
    logger: Logger,
    scanConcurrency: Int = 4
  ) {
    self.binding = binding
    self.sources = sources
    self.memory = memory ?? sources.map { DecodedBodies(cache: $0.cache) }
    self.rootValue = rootValue
    self.logger = logger
    scans = ScanLane(width: scanConcurrency)
    outages = OccasionalLog(logger, interval: .seconds(5))
    retries = sources.map { InvalidationCoalescer(cache: $0.cache, interval: .seconds(1), logger: logger) }
    tally = FieldTally(fieldCount: binding.roots.count + binding.nestedCaches.count)
    introspection = IntrospectionDocument(binding.schema)
    // What has landed is stored behind the answer, and whoever missed it meanwhile need not compute it. A Redis that is slow
    // to store is not waited for longer than an invalidation may go unnoticed.
    let cache = sources?.cache
    flights = FlightTable(
      lingering: .init(isStored: { await cache?.flush(within: .milliseconds(50)) }, duration: .milliseconds(50)) {
        if case .value = $0 { true } else { false }
      }
    )
  }

  /// How long to wait for another instance that computes what is missing; nil when instances do not heed each other.
  var leaseDuration: Duration? { sources?.cache.leaseDuration }

  /// Asks the cache for keys, and for their leases, in one Redis round trip; nil when there is no cache.
  func readCache(_ keys: [CacheKey], workspace: String, _ reading: FieldCache.Reading) async -> CacheReadBatch? {
    await sources?.cache.read(keys, generationOf: workspace, reading, leasing: true)
  }

  /// The same for fields below the root, which are not leased.
  func readNested(_ keys: [CacheKey], workspace: String) async -> CacheReadBatch? {
    await sources?.cache.read(keys, generationOf: workspace)
  }

  /// Stores values in the background; returns at once.
  func writeCache(_ writes: [CacheWrite], workspace: String) {
    sources?.cache.write(writes, workspace: workspace)
  }

  /// Sees to it that an invalidation of the workspace removes what another service has stored; returns at once.
  func indexCached(_ key: CacheKey, ttl: Duration?, workspace: String) {
    sources?.cache.index(key, ttl: ttl, workspace: workspace)
  }

  /// Gives leases back in the background that brought nothing to store.
  func releaseLeases(_ keys: [CacheKey], workspace: String) {
    sources?.cache.release(keys, workspace: workspace)
  }

  /// Runs the statements of a batch in one PostgreSQL round trip; none when the batch is empty. One that may keep PostgreSQL
  /// busy waits until few others do.
  func run(_ batch: StatementBatch, workspace: String) async -> StatementBatch.Rows {
    guard !batch.queries.isEmpty else { return StatementBatch.Rows(results: []) }
    guard batch.isHeavy else { return await ask(batch) }
    switch await scans.enter(workspace) {
    case .cancelled: return StatementBatch.Rows(failure: failure(.cancelled), of: batch)
    case .full: return StatementBatch.Rows(failure: Self.tooManyScans, of: batch)
    case .entered:
      defer { scans.leave() }
      return await ask(batch)
    }
  }

  private func ask(_ batch: StatementBatch) async -> StatementBatch.Rows {
    guard let sources else { return StatementBatch.Rows(failure: Self.noDatabase, of: batch) }
    do throws(DatabaseError) {
      let results = try await sources.database.pipeline(batch.queries)
      return StatementBatch.Rows(results: results.map { $0.mapError { failure($0) } })
    } catch {
      return StatementBatch.Rows(failure: failure(error), of: batch)
    }
  }

  /// Runs one statement of a mutation: one round trip.
  func write(_ query: SQLQuery) async throws(GraphQLError) -> SQLResult {
    guard let sources else { throw GraphQLError("Internal server error", code: .internalServerError) }
    do throws(DatabaseError) {
      return try await sources.primary.query(query)
    } catch {
      throw failure(error)
    }
  }

  /// Drops what is cached for a workspace. When that fails, it is tried again behind the answer, each second.
  /// - Returns: whether it was done at once.
  func invalidate(workspace: String) async -> Bool {
    guard let sources else { return true }
    do throws(CacheError) {
      try await sources.cache.invalidate(workspace: workspace)
      return true
    } catch {
      logger.warning("Cached fields not dropped", metadata: ["error": "\(error.debugDescription)"])
      retries?.changed(workspace)
      return false
    }
  }

  /// One more attempt at what is still to be tried again; none later.
  func finishInvalidations() async {
    await retries?.finish()
  }

  private static let tooManyScans = GraphQLError(
    "Too many requests that read traces wait already; try again.",
    code: .serviceUnavailable
  )
  private static let noDatabase = GraphQLError("The engine has no database.", code: .serviceUnavailable)

  /// Parses a body that a resolver has written.
  func parse(_ body: [UInt8]) throws(GraphQLError) -> JSONDocument {
    do {
      return try JSONDocument(parsing: body, maxDepth: 256, allowsDuplicateKeys: true)
    } catch {
      logger.error("A resolver wrote a body that is not JSON", metadata: ["error": "\(error)"])
      throw GraphQLError("Internal server error", code: .internalServerError)
    }
  }

  func introspectionSchema() -> StepResults.Outcome {
    .value(introspection.document, node: introspection.schemaNode)
  }

  func introspectionType(_ arguments: ArgumentValues) -> StepResults.Outcome {
    guard let name = arguments["name"]?.stringValue, let node = introspection.typeNode(named: name) else {
      return .null
    }
    return .value(introspection.document, node: node)
  }

  /// What a client is told of a database error; the rest goes to the log.
  private func failure(_ error: DatabaseError) -> GraphQLError {
    switch error.code {
    case .unavailable, .poolExhausted:
      outages.warning("The database is not available", detail: "\(error): \(error.detail)")
    default: logger.error("Query failed", metadata: ["error": "\(error)", "detail": "\(error.detail)"])
    }
    return switch error.code {
    case .unavailable, .poolExhausted:
      GraphQLError("The database is not available; try again.", code: .serviceUnavailable)
    case .timeout, .cancelled:
      GraphQLError("The database took too long; ask for less or try again.", code: .deadlineExceeded)
    default: GraphQLError("Internal server error", code: .internalServerError)
    }
  }
}
