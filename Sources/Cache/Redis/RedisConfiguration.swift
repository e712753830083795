/// How a ``RedisClient`` behaves.
public struct RedisConfiguration: Sendable {
  public var address: RedisAddress
  /// Connections kept open, spread over the event loops; each is shared by many calls.
  public var connectionCount = 2
  /// A call that has no reply by then fails. All calls of a client have the same deadline: give commands that wait in
  /// Redis, such as `XREADGROUP … BLOCK`, a client of their own.
  public var timeout = Duration.milliseconds(100)
  /// For the system to make a connection; logging in then has ``timeout``.
  public var connectTimeout = Duration.milliseconds(500)
  /// Calls that one connection carries at a time; more are refused at once.
  public var maximumPendingCalls = 4096
  /// Bytes of the calls that one connection carries at a time.
  public var maximumPendingBytes = 32 << 20
  /// Failures of one kind are logged once in this time.
  public var logInterval = Duration.seconds(10)

  public init(address: RedisAddress) {
    self.address = address
  }

  /// - Throws: `configuration` when the URL cannot be read; see ``RedisAddress/init(url:)``.
  public init(url: String) throws(CacheError) {
    self.init(address: try RedisAddress(url: url))
  }
}
