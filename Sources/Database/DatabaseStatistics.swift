internal import Synchronization

/// What a pool and its connections have done and are doing.
public struct DatabaseStatistics: Sendable, Hashable {
  /// Connections leased, or draining after a cancelled lease.
  public var inUse: Int
  public var idle: Int
  /// Connections being opened.
  public var connecting: Int
  /// Callers waiting for a connection.
  public var waiting: Int
  /// Statements sent, since the start.
  public var queries: Int
  /// Exchanges with the server (a pipeline is one), since the start.
  public var roundTrips: Int
  public var connectionsOpened: Int
  public var connectionFailures: Int
}

/// Counted without a lock; read together only approximately.
final class DatabaseCounters: Sendable {
  let queries = Atomic<Int>(0)
  let roundTrips = Atomic<Int>(0)
  let connectionsOpened = Atomic<Int>(0)
  let connectionFailures = Atomic<Int>(0)
}
