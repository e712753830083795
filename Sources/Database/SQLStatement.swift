/// A statement's text with `$1…` for its parameters, and the name it goes by in logs and `pg_prepared_statements`.
///
/// Statements are constants of the program: values never become part of the text. The connection prepares each one on
/// first use and keeps it; the name on the server gets a counter appended, so two texts under one name cannot collide.
public struct SQLStatement: Sendable, Hashable {
  public let name: String
  public let text: String

  public init(_ name: String, _ text: String) {
    self.name = name
    self.text = text
  }
}

/// A value for `$n`. Its SQL type is what the statement makes of the place it stands in.
///
/// Instants, UUIDs and decimals travel as `.text` with a cast in the statement (`$1::timestamptz`, `$2::uuid`,
/// `$3::numeric`).
public enum SQLParameter: Sendable, Hashable {
  case null
  /// Must not contain the character U+0000, which PostgreSQL cannot store: such a query fails with `invalidParameter`.
  case text(String)
  /// For `bytea`: sent in binary format, any byte is allowed.
  case bytes([UInt8])
  case int(Int64)
  case bool(Bool)
  case double(Double)
  /// For `text[]`, with `$1::text[]` or in a place of that type.
  case textArray([String])
}

/// One statement with its values: the unit of a pipeline.
public struct SQLQuery: Sendable {
  public let statement: SQLStatement
  public let parameters: [SQLParameter]
  /// For a query that may keep the server busy for a while; nil when it does not.
  public let trial: Trial?

  /// The same statement with a lower bound on the rows that it reads. The first column of its first row says how many those
  /// are; when they are too many it has done nothing but count them.
  public struct Trial: Sendable {
    public let parameters: [SQLParameter]
    /// Too many for the trial, and not for the query.
    public let unfinished: ClosedRange<Int64>

    public init(parameters: [SQLParameter], unfinished: ClosedRange<Int64>) {
      self.parameters = parameters
      self.unfinished = unfinished
    }
  }

  public init(_ statement: SQLStatement, _ parameters: [SQLParameter] = [], trial: Trial? = nil) {
    self.statement = statement
    self.parameters = parameters
    self.trial = trial
  }

  public init(statement: SQLStatement, parameters: [SQLParameter]) {
    self.init(statement, parameters)
  }
}
