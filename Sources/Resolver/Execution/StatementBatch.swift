import Database
import Schema

/// Statements of several resolvers that travel in one pipeline.
struct StatementBatch: Sendable {
  /// Which statements of the batch belong to one resolver; or why it has none.
  enum Part: Sendable {
    case statements(Range<Int>)
    case failure(GraphQLError)
  }

  /// How many resolvers may keep the database busy.
  private static let maximumHeavyParts = 4
  private static let tooHeavy = GraphQLError(
    "At most \(maximumHeavyParts) fields of a request may read traces, or long series of rollups, at a time. "
      + "Ask for the others in requests of their own.",
    code: .costLimitExceeded
  )

  private(set) var queries: [SQLQuery] = []
  private var heavyParts = 0

  /// Whether it may keep the database busy for a while.
  var isHeavy: Bool { heavyParts > 0 }

  mutating func add(_ make: () throws(GraphQLError) -> [SQLQuery]) -> Part {
    do throws(GraphQLError) {
      let start = queries.count
      let more = try make()
      if more.contains(where: \.isHeavy) {
        guard heavyParts < Self.maximumHeavyParts else { throw Self.tooHeavy }
        heavyParts += 1
      }
      queries += more
      return .statements(start..<queries.count)
    } catch {
      return .failure(error)
    }
  }

  /// The results of a batch, by part.
  struct Rows: Sendable {
    let results: [Result<SQLResult, GraphQLError>]

    init(results: [Result<SQLResult, GraphQLError>]) {
      self.results = results
    }

    /// Where all statements have failed together.
    init(failure: GraphQLError, of batch: StatementBatch) {
      results = batch.queries.map { _ in .failure(failure) }
    }

    subscript(part: Part) -> Result<[SQLResult], GraphQLError> {
      switch part {
      case .failure(let error): return .failure(error)
      case .statements(let range):
        do throws(GraphQLError) {
          var rows: [SQLResult] = []
          for result in results[range] { rows.append(try result.get()) }
          return .success(rows)
        } catch {
          return .failure(error)
        }
      }
    }
  }
}
