import NIOCore
import NIOPosix

/// Keeps a ``MemoryTier`` in step with all servers that hold its keys: one ``TrackingConnection`` to each.
final class Tracking: PrimariesObserver {
  typealias Endpoint = RedisAddress.Endpoint

  /// The connections, on their event loop.
  private final class Connections {
    var byEndpoint: [Endpoint: TrackingConnection] = [:]
  }

  private let redis: RedisConfiguration
  private let configuration: MemoryConfiguration
  private let primaries: Primaries
  private let coverage: TrackingCoverage
  private let log: OccasionalLog
  private let eventLoop: any EventLoop
  private let connections: NIOLoopBoundBox<Connections>

  /// - Parameters:
  ///   - redis: how the servers are spoken to; of a single one also where it is.
  ///   - primaries: which servers those are.
  init(
    _ redis: RedisConfiguration,
    primaries: Primaries,
    memory: MemoryTier,
    _ configuration: MemoryConfiguration,
    log: OccasionalLog
  ) {
    self.redis = redis
    self.configuration = configuration
    self.primaries = primaries
    self.log = log
    coverage = TrackingCoverage(memory)
    eventLoop = MultiThreadedEventLoopGroup.singleton.next()
    connections = NIOLoopBoundBox.makeBoxSendingValue(Connections(), eventLoop: eventLoop)
  }

  func open() {
    primaries.add(self)
  }

  func close() {
    primaries.remove(self)
    follow([])
  }

  func primariesChanged(to endpoints: [Endpoint]) {
    follow(redis.topology == .single ? [redis.address.endpoint] : endpoints)
  }

  func askedElsewhere(_ keys: [CacheKey]) {
    coverage.forget(keys)
  }

  private func follow(_ endpoints: [Endpoint]) {
    // At once, before anything is read from a new one.
    coverage.expect(endpoints)
    eventLoop.execute { [self] in connect(Set(endpoints)) }
  }

  /// Keeps the connections that are still needed, closes the others, and makes the missing ones.
  private func connect(_ endpoints: Set<Endpoint>) {
    let connections = connections.value
    for (endpoint, connection) in connections.byEndpoint where !endpoints.contains(endpoint) {
      connection.close()
      connections.byEndpoint[endpoint] = nil
    }
    for endpoint in endpoints where connections.byEndpoint[endpoint] == nil {
      let connection = TrackingConnection(
        eventLoop: eventLoop,
        configuration: redis.server(endpoint),
        coverage: coverage,
        configuration,
        log: log
      )
      connections.byEndpoint[endpoint] = connection
      connection.open()
    }
  }
}
