/// What went wrong with the database: a code to act on, a message safe for anybody, a detail for the log only.
public struct DatabaseError: Error, Sendable, Hashable {
  public enum Code: Sendable, Hashable {
    /// No server, no connection, or the connection broke. Whether a statement in flight took effect is unknown.
    case unavailable
    /// The server ended the statement at `statement_timeout`, or it stopped answering.
    case timeout
    /// The task that waited was cancelled.
    case cancelled
    /// No connection became free in time, or too many callers wait already.
    case poolExhausted
    /// A parameter that PostgreSQL cannot take; nothing was sent.
    case invalidParameter
    /// The server refused the statement.
    case sql(SQLState)
    /// The connection URL cannot be read.
    case configuration
    /// The connection was used in a way it does not allow (two operations at once, COPY where none was expected).
    case misuse
    /// The schema cannot be brought to where this program needs it.
    case migration
  }

  public let code: Code
  /// Holds no statement text, value, host or user name.
  public let message: String
  /// The server's or the library's own words. For the log, never for a client.
  public let detail: String

  public init(_ code: Code, _ message: String, detail: String = "") {
    self.code = code
    self.message = message
    self.detail = detail
  }

  public var sqlState: SQLState? {
    if case .sql(let state) = code { state } else { nil }
  }

  /// The statement failed for reasons of timing between transactions (PostgreSQL 15 manual, 13.5): the transaction may
  /// be tried again.
  public var isRetryable: Bool {
    sqlState == .serializationFailure || sqlState == .deadlockDetected
  }
}

extension DatabaseError: CustomStringConvertible, CustomDebugStringConvertible {
  public var description: String { message }

  public var debugDescription: String {
    detail.isEmpty ? "\(code): \(message)" : "\(code): \(message) (\(detail))"
  }
}

/// The five characters of a SQLSTATE (PostgreSQL 15 manual, appendix A).
public struct SQLState: Sendable, Hashable, CustomStringConvertible {
  public let rawValue: String

  public init(_ rawValue: String) {
    self.rawValue = rawValue
  }

  public var description: String { rawValue }

  public static let uniqueViolation = SQLState("23505")
  public static let foreignKeyViolation = SQLState("23503")
  public static let checkViolation = SQLState("23514")
  public static let readOnlyTransaction = SQLState("25006")
  public static let inFailedTransaction = SQLState("25P02")
  public static let invalidStatementName = SQLState("26000")
  public static let serializationFailure = SQLState("40001")
  public static let deadlockDetected = SQLState("40P01")
  public static let duplicateTable = SQLState("42P07")
  public static let undefinedTable = SQLState("42P01")
  public static let featureNotSupported = SQLState("0A000")
  public static let lockNotAvailable = SQLState("55P03")
  public static let queryCancelled = SQLState("57014")

  /// The server is going away, coming up, or has no room for us: what a client should see as "try later".
  var meansUnavailable: Bool {
    rawValue.hasPrefix("08") || rawValue.hasPrefix("57P") || rawValue == "53300" || rawValue.hasPrefix("28")
  }
}

extension DatabaseError {
  /// Sorts a refusal by the server into the codes above.
  ///
  /// 57014 is both `statement_timeout` and a cancel request; a request of ours is known to the connection, which
  /// overrides this.
  init(sqlState: SQLState, detail: String) {
    if sqlState == .queryCancelled {
      self.init(.timeout, "The database took too long to answer.", detail: detail)
    } else if sqlState.meansUnavailable {
      self = .unavailable(detail: "\(sqlState): \(detail)")
    } else {
      self.init(.sql(sqlState), "The database refused the statement.", detail: detail)
    }
  }

  static func unavailable(detail: String) -> DatabaseError {
    DatabaseError(.unavailable, "The database is not available.", detail: detail)
  }

  public static let cancelled = DatabaseError(.cancelled, "The query was cancelled.")

  static let busy = DatabaseError(
    .misuse,
    "The connection is in use.",
    detail: "one operation at a time on a leased connection"
  )
}
