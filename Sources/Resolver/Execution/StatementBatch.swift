import Database
import Schema

/// Statements of several resolvers that travel in one pipeline.
struct StatementBatch: Sendable {
  /// Which statements of the batch belong to one resolver; or why it has none.
  enum Part: Sendable {
    case statements(Range<Int>)
    case failure(GraphQLError)
  }

  private(set) var queries: [SQLQuery] = []
  /// The statements of each resolver.
  private var ranges: [Range<Int>] = []

  /// The queries as they are tried: what would take long only counts.
  var trials: [SQLQuery] {
    queries.map { query in query.trial.map { SQLQuery(query.statement, $0.parameters) } ?? query }
  }

  /// The statements that a trial was too small for, by resolver.
  func unfinished(after trial: [Result<SQLResult, GraphQLError>]) -> [[Int]] {
    ranges.map { range in
      range.filter { index in
        guard let unfinished = queries[index].trial?.unfinished, case .success(let rows) = trial[index],
          let read = rows.int(0, 0)
        else { return false }
        return unfinished.contains(read)
      }
    }.filter { !$0.isEmpty }
  }

  mutating func add(_ make: () throws(GraphQLError) -> [SQLQuery]) -> Part {
    do throws(GraphQLError) {
      let start = queries.count
      queries += try make()
      ranges.append(start..<queries.count)
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
