public import Logging
public import NIOCore
import NIOPosix
import Synchronization

/// A Redis client over a few pipelined connections that every caller shares.
///
/// A server that is away or slow costs the callers at that moment their deadline; from then on calls are refused at once
/// while the connections are tried in the background, and accepted again within two seconds of the server's return.
public final class RedisClient: Sendable {
  private struct Member: Sendable {
    let eventLoop: any EventLoop
    let connection: NIOLoopBoundBox<RedisConnection>
  }

  let configuration: RedisConfiguration
  private let members: [Member]
  private let next = Atomic<Int>(0)
  private let timeout: TimeAmount
  private let tally = Tally(RedisStatistics())

  /// Makes no connection yet: ``run()`` or the first call does.
  /// - Parameter eventLoopGroup: must outlive the client; nil means NIO's shared one. A call from one of its loops that has a connection stays on it.
  public init(
    configuration: RedisConfiguration,
    eventLoopGroup: (any EventLoopGroup)? = nil,
    logger: Logger
  ) {
    let log = OccasionalLog(logger, interval: configuration.logInterval)
    self.configuration = configuration
    timeout = TimeAmount(configuration.timeout)
    let group = eventLoopGroup ?? MultiThreadedEventLoopGroup.singleton
    var members: [Member] = []
    for _ in 0..<max(1, configuration.connectionCount) {
      let eventLoop = group.next()
      let connection = NIOLoopBoundBox.makeBoxSendingValue(
        RedisConnection(eventLoop: eventLoop, configuration: configuration, tally: tally, log: log),
        eventLoop: eventLoop
      )
      members.append(Member(eventLoop: eventLoop, connection: connection))
    }
    self.members = members
  }

  deinit {
    for member in members {
      let connection = member.connection
      member.eventLoop.execute { connection.value.close() }
    }
  }

  public var statistics: RedisStatistics { tally.snapshot }

  // MARK: Life

  /// Keeps the connections until the task is cancelled, then closes them. After that every call fails.
  public func run() async {
    for member in members {
      let connection = member.connection
      member.eventLoop.execute { connection.value.open() }
    }
    await Lifetime.untilCancelled()
    await close()
  }

  /// Closes the connections for good and fails the calls that are under way.
  public func close() async {
    for member in members {
      let connection = member.connection
      await withCheckedContinuation { continuation in
        member.eventLoop.execute {
          connection.value.close()
          continuation.resume()
        }
      }
    }
  }

  // MARK: Calls

  /// Sends commands in one write and waits for all their replies: one round trip.
  ///
  /// The caller's cancellation does not shorten the wait; the configured deadline bounds it.
  /// - Returns: one reply for each command, in order. An error that Redis answers to one command is its reply.
  /// - Throws: when there are no replies; whether the commands took effect is then unknown.
  public func pipeline(_ commands: [RedisCommand]) async throws(CacheError) -> [RedisReply] {
    guard !commands.isEmpty else { return [] }
    let deadline = NIODeadline.now() + timeout
    var request = ByteBuffer()
    for command in commands { try command.encode(into: &request) }
    let member = pick()
    let outcome = await withCheckedContinuation { continuation in
      let call = RedisCall(request, replyCount: commands.count, deadline: deadline) { outcome in
        continuation.resume(returning: outcome)
      }
      let connection = member.connection
      if member.eventLoop.inEventLoop {
        connection.value.submit(call)
      } else {
        member.eventLoop.execute { connection.value.submit(call) }
      }
    }
    return try outcome.get()
  }

  /// Sends one command: one round trip.
  /// - Throws: also when Redis answers with an error.
  public func send(_ command: RedisCommand) async throws(CacheError) -> RedisReply {
    guard let reply = try await pipeline([command]).first else {
      throw CacheError(.protocolViolation, "Redis sent no reply")
    }
    return try reply.value()
  }

  /// Asks whether Redis answers: one round trip.
  public func ping() async throws(CacheError) {
    _ = try await send(RedisCommand("PING"))
  }

  /// The connection of the event loop we are on, else the next one in turn.
  private func pick() -> Member {
    if let own = members.first(where: { $0.eventLoop.inEventLoop }) { return own }
    let turn = next.wrappingAdd(1, ordering: .relaxed).oldValue
    return members[Int(UInt(bitPattern: turn) % UInt(members.count))]
  }
}
