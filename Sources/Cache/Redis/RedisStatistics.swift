/// What a client has done so far.
public struct RedisStatistics: Sendable, Hashable {
  /// Calls that were answered. Each is one round trip.
  public var roundTrips = 0
  /// Commands in them.
  public var commands = 0
  /// Calls without a reply by their deadline.
  public var timeouts = 0
  /// Calls refused at once because Redis is known to be away, or too many waited already.
  public var refusals = 0
  /// Calls lost with their connection.
  public var lostCalls = 0
  /// Connections that were made and logged in.
  public var connects = 0
  /// Connections that broke, were given up, or could not be made.
  public var connectionFailures = 0
  public var bytesSent = 0
  public var bytesReceived = 0
}
