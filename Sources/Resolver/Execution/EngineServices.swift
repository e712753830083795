import Cache
import Database
import JSON
import Logging
import Schema

/// What the execution of every request shares.
final class EngineServices: Sendable {
  let binding: SchemaBinding
  let cache: FieldCache
  let flights = FlightTable<FlightKey, StepResults.Outcome>()
  private let database: ConnectionPool
  private let introspection: IntrospectionDocument
  private let logger: Logger

  var schema: GraphQLSchema { binding.schema }

  init(binding: SchemaBinding, cache: FieldCache, database: ConnectionPool, logger: Logger) {
    self.binding = binding
    self.cache = cache
    self.database = database
    self.logger = logger
    introspection = IntrospectionDocument(binding.schema)
  }

  /// Runs the statements of a batch in one PostgreSQL round trip; none when the batch is empty.
  func run(_ batch: StatementBatch) async -> StatementBatch.Rows {
    guard !batch.queries.isEmpty else { return StatementBatch.Rows(results: []) }
    do throws(DatabaseError) {
      let results = try await database.pipeline(batch.queries)
      return StatementBatch.Rows(results: results.map { $0.mapError { failure($0) } })
    } catch {
      let failure = failure(error)
      return StatementBatch.Rows(results: batch.queries.map { _ in .failure(failure) })
    }
  }

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
    logger.error("Query failed", metadata: ["error": "\(error)", "detail": "\(error.detail)"])
    return switch error.code {
    case .unavailable, .poolExhausted:
      GraphQLError("The database is not available; try again.", code: .serviceUnavailable)
    case .timeout, .cancelled:
      GraphQLError("The database took too long; ask for less or try again.", code: .deadlineExceeded)
    default: GraphQLError("Internal server error", code: .internalServerError)
    }
  }
}
