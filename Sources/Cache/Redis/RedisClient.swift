public import Logging
public import NIOCore
import NIOPosix

/// A Redis client over a few pipelined connections that every caller shares: to one server, to the master that Sentinels
/// name, or to the nodes of a cluster.
///
/// A server that is away or slow costs the callers at that moment their deadline; from then on calls are refused at once
/// while the connections are tried in the background, and accepted again within two seconds of the server's return.
public final class RedisClient: Sendable {
  private enum Servers: Sendable {
    case one(RedisNode)
    case master(RedisNode, SentinelDirectory)
    case cluster(RedisCluster)
  }

  let configuration: RedisConfiguration
  /// The servers that hold the keys.
  let primaries: Primaries
  private let servers: Servers
  private let timeout: TimeAmount
  private let tally = Tally(RedisStatistics())

  /// Makes no connection yet: ``run()`` or the first call does.
  /// - Parameter eventLoopGroup: must outlive the client; nil means NIO's shared one. A call from one of its loops that has a connection stays on it.
  public init(
    configuration: RedisConfiguration,
    eventLoopGroup: (any EventLoopGroup)? = nil,
    logger: Logger
  ) {
    self.configuration = configuration
    timeout = TimeAmount(configuration.timeout)
    let log = OccasionalLog(logger, interval: configuration.logInterval)
    let group = eventLoopGroup ?? MultiThreadedEventLoopGroup.singleton
    switch configuration.topology {
    case .single:
      primaries = Primaries([configuration.address.endpoint])
      servers = .one(RedisNode(configuration, eventLoopGroup: group, tally: tally, log: log))
    case .sentinel(let sentinels):
      primaries = Primaries([])
      let directory = SentinelDirectory(
        sentinels,
        configuration: configuration,
        eventLoopGroup: group,
        primaries: primaries,
        log: log
      )
      var located = configuration
      located.locator = directory
      servers = .master(RedisNode(located, eventLoopGroup: group, tally: tally, log: log), directory)
    case .cluster(let seeds):
      primaries = Primaries([])
      servers = .cluster(
        RedisCluster(
          seeds: seeds,
          configuration: configuration,
          eventLoopGroup: group,
          primaries: primaries,
          tally: tally,
          log: log
        )
      )
    }
  }

  public var statistics: RedisStatistics { tally.snapshot }

  // MARK: Life

  /// Keeps the connections until the task is cancelled, then closes them. After that every call fails.
  public func run() async {
    switch servers {
    case .one(let node):
      node.open()
      await Lifetime.untilCancelled()
    case .master(let node, let directory):
      node.open()
      await directory.run { node.move(to: $0) }
    case .cluster(let cluster): await cluster.run()
    }
    await close()
  }

  /// Finds out which servers hold the keys, if that is not known yet and somebody can say.
  func locate() async {
    switch servers {
    case .one: break
    case .master(_, let directory): await directory.refresh()
    case .cluster(let cluster): try? await cluster.discover(until: .now() + timeout)
    }
  }

  /// Closes the connections for good and fails the calls that are under way.
  public func close() async {
    switch servers {
    case .one(let node): await node.close()
    case .master(let node, let directory):
      await node.close()
      await directory.close()
    case .cluster(let cluster): await cluster.close()
    }
  }

  // MARK: Calls

  /// Sends commands in one write and waits for all their replies: one round trip. In a cluster it is one write to each
  /// node that holds one of the keys, all at the same time.
  ///
  /// The caller's cancellation does not shorten the wait; the configured deadline bounds it.
  /// - Returns: one reply for each command, in order. An error that Redis answers to one command is its reply; so is, in
  ///   a cluster, `UNAVAILABLE …` for one whose node did not answer while others did.
  /// - Throws: when there are no replies; whether the commands took effect is then unknown.
  public func pipeline(_ commands: [RedisCommand]) async throws(CacheError) -> [RedisReply] {
    guard !commands.isEmpty else { return [] }
    let deadline = NIODeadline.now() + timeout
    switch servers {
    case .one(let node), .master(let node, _): return try await node.exchange(commands, deadline: deadline)
    case .cluster(let cluster): return try await cluster.pipeline(commands, deadline: deadline)
    }
  }

  /// Sends one command: one round trip.
  /// - Throws: also when Redis answers with an error.
  public func send(_ command: RedisCommand) async throws(CacheError) -> RedisReply {
    guard let reply = try await pipeline([command]).first else {
      throw CacheError(.protocolViolation, "Redis sent no reply")
    }
    return try reply.value()
  }

  /// Asks whether Redis answers: one round trip. Of a cluster, any node.
  public func ping() async throws(CacheError) {
    _ = try await send(RedisCommand("PING"))
  }
}
