/// How a ``RedisClient`` behaves.
public struct RedisConfiguration: Sendable {
  /// The server, or the first one that is named, and the login, which is the same for all.
  public var address: RedisAddress
  public var topology = RedisTopology.single
  /// Needed when the address is encrypted.
  public var tls: RedisTLS?
  /// What `CLIENT LIST` shows; no name when empty.
  public var clientName = "tracegate"
  /// Connections kept open to each server, spread over the event loops; each is shared by many calls.
  public var connectionCount = 2
  /// A call that has no reply by then fails. All calls of a client have the same deadline: give commands that wait in
  /// Redis, such as `XREADGROUP … BLOCK`, a client of their own.
  public var timeout = Duration.milliseconds(100)
  /// For the system to make a connection, and for a TLS handshake; logging in then has ``timeout``.
  public var connectTimeout = Duration.milliseconds(500)
  /// Calls that one connection carries at a time; more are refused at once.
  public var maximumPendingCalls = 4096
  /// Bytes of the calls that one connection carries at a time.
  public var maximumPendingBytes = 32 << 20
  /// Failures of one kind are logged once in this time.
  public var logInterval = Duration.seconds(10)
  /// Who knows where the server is, where that changes.
  var locator: (any RedisLocator)?

  public init(address: RedisAddress) {
    self.address = address
  }

  /// - Throws: `configuration` when the URL cannot be read, see ``RedisURL``, or a file of TLS.
  public init(url: String, tls settings: RedisTLS.Settings = RedisTLS.Settings()) throws(CacheError) {
    let url = try RedisURL(url)
    self.init(address: url.address)
    topology = url.topology
    if address.isEncrypted { tls = try RedisTLS(settings) }
  }
}
