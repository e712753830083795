import NIOCore
import NIOPosix
import Synchronization

/// A few pipelined connections to one server, which every caller shares.
final class RedisNode: Sendable {
  private struct Member: Sendable {
    let eventLoop: any EventLoop
    let connection: NIOLoopBoundBox<RedisConnection>
  }

  private let members: [Member]
  private let next = Atomic<Int>(0)

  /// Makes no connection yet: ``open()`` or the first call does.
  init(
    _ configuration: RedisConfiguration,
    eventLoopGroup group: any EventLoopGroup,
    tally: Tally<RedisStatistics>,
    log: OccasionalLog
  ) {
    members = (0..<max(1, configuration.connectionCount)).map { _ in
      let eventLoop = group.next()
      let connection = NIOLoopBoundBox.makeBoxSendingValue(
        RedisConnection(eventLoop: eventLoop, configuration: configuration, tally: tally, log: log),
        eventLoop: eventLoop
      )
      return Member(eventLoop: eventLoop, connection: connection)
    }
  }

  deinit {
    for member in members {
      let connection = member.connection
      member.eventLoop.execute { connection.value.close() }
    }
  }

  func open() {
    for member in members {
      let connection = member.connection
      member.eventLoop.execute { connection.value.open() }
    }
  }

  /// Makes connections anew that lead elsewhere.
  func move(to endpoint: RedisAddress.Endpoint) {
    for member in members {
      let connection = member.connection
      member.eventLoop.execute { connection.value.move(to: endpoint) }
    }
  }

  /// Closes the connections for good and fails the calls that are under way.
  func close() async {
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

  /// Sends commands in one write: one round trip.
  func submit(_ call: RedisCall) {
    let member = pick()
    let connection = member.connection
    if member.eventLoop.inEventLoop {
      connection.value.submit(call)
    } else {
      member.eventLoop.execute { connection.value.submit(call) }
    }
  }

  /// Sends commands and waits for all their replies, or until the deadline.
  func exchange(_ commands: [RedisCommand], deadline: NIODeadline) async throws(CacheError) -> [RedisReply] {
    let request = try RedisCommand.encode(commands)
    let outcome = await withCheckedContinuation { continuation in
      submit(
        RedisCall(request, replyCount: commands.count, deadline: deadline) { outcome in
          continuation.resume(returning: outcome)
        }
      )
    }
    return try outcome.get()
  }

  /// The connection of the event loop we are on, else the next one in turn.
  private func pick() -> Member {
    if let own = members.first(where: { $0.eventLoop.inEventLoop }) { return own }
    let turn = next.wrappingAdd(1, ordering: .relaxed).oldValue
    return members[Int(UInt(bitPattern: turn) % UInt(members.count))]
  }
}
