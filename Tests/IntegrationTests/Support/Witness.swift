import TestSupport

/// Looks at PostgreSQL with psql: nothing of ours stands between.
struct PostgresWitness: Sendable {
  let url: String

  /// The rows of a query, each a list of texts; SQL NULL is empty.
  @discardableResult
  func rows(_ sql: String) async throws -> [[String]] {
    let output = try await Program.run("psql", [url, "-XAtq", "-v", "ON_ERROR_STOP=1", "-F", "\t", "-c", sql])
    return output.split(separator: "\n").map { line in
      line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
  }

  /// The one value of a query.
  func value(_ sql: String) async throws -> String {
    guard let value = try await rows(sql).first?.first else { throw TestFailure("no row: \(sql)") }
    return value
  }
}

/// Looks at Redis with redis-cli.
struct RedisWitness: Sendable {
  let url: String

  /// The reply as redis-cli prints it to a pipe, without the last line break.
  @discardableResult
  func ask(_ command: String...) async throws -> String {
    try await ask(command)
  }

  @discardableResult
  func ask(_ command: [String]) async throws -> String {
    let output = try await Program.run("redis-cli", ["-u", url] + command)
    return output.hasSuffix("\n") ? String(output.dropLast()) : output
  }

  /// Without leases, which come with a question and not with an answer.
  func keys(matching pattern: String) async throws -> Set<String> {
    Set(try await ask("KEYS", pattern).split(separator: "\n").map(String.init).filter { !$0.hasPrefix("lease:") })
  }
}
