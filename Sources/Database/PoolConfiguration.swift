/// How a pool opens connections, and how many.
public struct PoolConfiguration: Sendable {
  /// `postgresql://user:pass@host:port/db?…`, a Unix socket (`postgresql:///db?host=/path`), or `key=value` pairs:
  /// libpq's own syntax.
  public var url: String
  /// For logs and statistics.
  public var name: String
  /// Kept open while `ConnectionPool.run()` runs.
  public var minimum: Int
  /// Never exceeded, connections being opened included.
  public var maximum: Int
  /// The server ends a statement that takes longer. A server that has not answered five seconds later counts as lost.
  public var statementTimeout: Duration?
  /// Per address; whole seconds, at least two (libpq). One given in the URL goes before it.
  public var connectTimeout: Duration
  /// How long a caller waits for a free connection.
  public var acquireTimeout: Duration
  /// More callers than this are turned away at once.
  public var maximumWaiters: Int
  /// Every transaction is read-only (`default_transaction_read_only`), and a lost connection is answered with one more
  /// try.
  public var readOnly: Bool
  public var applicationName: String
  /// A connection older than this is replaced when it is free.
  public var maximumLifetime: Duration
  /// A connection above the minimum that has not been used for so long is closed.
  public var idleTimeout: Duration

  public init(
    url: String,
    name: String,
    minimum: Int = 1,
    maximum: Int = 10,
    statementTimeout: Duration? = .seconds(10),
    connectTimeout: Duration = .seconds(3),
    acquireTimeout: Duration = .seconds(5),
    maximumWaiters: Int = 20_000,
    readOnly: Bool = false,
    applicationName: String = "tracegate",
    maximumLifetime: Duration = .seconds(1800),
    idleTimeout: Duration = .seconds(300)
  ) {
    precondition(minimum >= 0 && maximum >= 1 && minimum <= maximum, "pool sizes: 0 ≤ minimum ≤ maximum, 1 ≤ maximum")
    self.url = url
    self.name = name
    self.minimum = minimum
    self.maximum = maximum
    self.statementTimeout = statementTimeout
    self.connectTimeout = connectTimeout
    self.acquireTimeout = acquireTimeout
    self.maximumWaiters = maximumWaiters
    self.readOnly = readOnly
    self.applicationName = applicationName
    self.maximumLifetime = maximumLifetime
    self.idleTimeout = idleTimeout
  }
}
