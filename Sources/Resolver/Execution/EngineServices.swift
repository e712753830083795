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

  /// Runs the statements of a batch in one PostgreSQL round trip; none when the batch is empty.
  ///
  /// Those that may keep PostgreSQL busy are tried with a lower bound, and only when that does not do, run in a second round trip
  /// as soon as few others do the same.
  func run(_ batch: StatementBatch, workspace: String) async -> StatementBatch.Rows {
    guard !batch.queries.isEmpty else { return StatementBatch.Rows(results: []) }
    var results = await ask(batch.trials)
    var unfinished = batch.unfinished(after: results)
    for index in unfinished.dropFirst(Self.maximumScans).joined() { results[index] = .failure(Self.tooManyScans) }
    unfinished = Array(unfinished.prefix(Self.maximumScans))
    guard !unfinished.isEmpty else { return StatementBatch.Rows(results: results) }
    let indices = Array(unfinished.joined())
    let answers = await scan(indices.map { batch.queries[$0] }, workspace: workspace)
    for (index, answer) in zip(indices, answers) { results[index] = answer }
    return StatementBatch.Rows(results: results)
  }

  private func scan(_ queries: [SQLQuery], workspace: String) async -> [Result<SQLResult, GraphQLError>] {
    switch await scans.enter(workspace) {
    case .cancelled: return queries.map { _ in .failure(failure(.cancelled)) }
    case .full: return queries.map { _ in .failure(Self.tooManyWait) }
    case .entered:
      defer { scans.leave() }
      return await ask(queries)
    }
  }

  private func ask(_ queries: [SQLQuery]) async -> [Result<SQLResult, GraphQLError>] {
    guard let sources else { return queries.map { _ in .failure(Self.noDatabase) } }
    do throws(DatabaseError) {
      return try await sources.database.pipeline(queries).map { $0.mapError { failure($0) } }
    } catch {
      return queries.map { _ in .failure(failure(error)) }
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

  /// How many fields of a request may keep the database busy.
  private static let maximumScans = 4
  private static let tooManyScans = GraphQLError(
    "At most \(maximumScans) fields of a request may read so much; ask for the others in requests of their own.",
    code: .costLimitExceeded
  )
  private static let tooManyWait = GraphQLError(
    "Too many requests that read much wait already; try again.",
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
