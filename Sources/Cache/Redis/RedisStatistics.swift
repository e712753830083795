/// What a client has done so far.
public struct RedisStatistics: Sendable, Hashable {
  /// Calls that were answered, each by one server: a call to a cluster counts for each node that it touches.
  public var roundTrips = 0
  /// Commands in them.
  public var commands = 0
  /// Rounds in which commands were sent once more, because a cluster said that their keys are elsewhere, or to wait.
  public var redirections = 0
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
