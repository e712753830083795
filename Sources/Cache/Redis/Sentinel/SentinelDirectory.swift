import NIOCore
import Synchronization

/// Asks Sentinels who the master is (https://redis.io/docs/latest/develop/reference/sentinel-clients/).
final class SentinelDirectory: RedisLocator, Sendable {
  typealias Endpoint = RedisAddress.Endpoint

  private struct State {
    /// The first is asked first: the one that answered last.
    var sentinels: [(endpoint: Endpoint, node: RedisNode)]
  }

  private static let interval = Duration.seconds(1)

  private let group: SentinelGroup
  private let patience: TimeAmount
  private let primaries: Primaries
  private let log: OccasionalLog
  private let state: Mutex<State>

  init(
    _ group: SentinelGroup,
    configuration: RedisConfiguration,
    eventLoopGroup: any EventLoopGroup,
    primaries: Primaries,
    log: OccasionalLog
  ) {
    self.group = group
    self.primaries = primaries
    self.log = log
    patience = TimeAmount(configuration.timeout + configuration.connectTimeout)
    // What is said to Sentinels is not counted.
    let tally = Tally(RedisStatistics())
    state = Mutex(
      State(
        sentinels: group.sentinels.map { endpoint in
          var sentinel = configuration.server(endpoint)
          sentinel.address.user = group.user
          sentinel.address.password = group.password
          sentinel.address.database = 0
          sentinel.connectionCount = 1
          return (endpoint, RedisNode(sentinel, eventLoopGroup: eventLoopGroup, tally: tally, log: log))
        }
      )
    )
  }

  /// Looks who is master until the task is cancelled.
  /// - Parameter moved: called when it is another one.
  func run(_ moved: @Sendable (Endpoint) -> Void) async {
    var last: Endpoint?
    while !Task.isCancelled {
      if let master = await refresh() {
        if let last, last != master { moved(master) }
        last = master
      }
      try? await Task.sleep(for: Self.interval)
    }
  }

  /// Looks who is master now; nil when nobody says.
  @discardableResult
  func refresh() async -> Endpoint? {
    do throws(CacheError) {
      return try await master()
    } catch {
      log.warning("The Sentinels do not say who is master", detail: error.debugDescription)
      return nil
    }
  }

  func close() async {
    for sentinel in state.withLock({ $0.sentinels }) { await sentinel.node.close() }
  }

  func locate(on eventLoop: any EventLoop) -> EventLoopFuture<Endpoint> {
    eventLoop.makeFutureWithTask { try await self.master() }
  }

  /// Asks one Sentinel after the other until one knows.
  private func master() async throws(CacheError) -> Endpoint {
    var lastError: CacheError?
    for (endpoint, node) in state.withLock({ $0.sentinels }) {
      do throws(CacheError) {
        let command = RedisCommand("SENTINEL", "get-master-addr-by-name", group.master)
        let replies = try await node.exchange([command], deadline: .now() + patience)
        guard let reply = try replies.first?.value() else { continue }
        let master = try address(reply, of: endpoint)
        learn(master, from: endpoint)
        return master
      } catch {
        lastError = error
      }
    }
    throw lastError ?? CacheError(.unavailable, "No Sentinel answers")
  }

  private func address(_ reply: RedisReply, of sentinel: Endpoint) throws(CacheError) -> Endpoint {
    guard case .array(let parts) = reply, parts.count == 2, let host = parts[0].text, let port = parts[1].integer,
      (1...65_535).contains(port)
    else {
      throw CacheError(
        .unavailable,
        "Redis cannot be reached",
        detail: "the Sentinel at \(sentinel) knows no master '\(group.master)'; check the name in the URL"
      )
    }
    return .tcp(host: host, port: Int(port))
  }

  private func learn(_ master: Endpoint, from sentinel: Endpoint) {
    state.withLock { state in
      if let index = state.sentinels.firstIndex(where: { $0.endpoint == sentinel }) {
        state.sentinels.swapAt(0, index)
      }
      // Before anybody connects there.
      primaries.change(to: [master])
    }
  }
}
