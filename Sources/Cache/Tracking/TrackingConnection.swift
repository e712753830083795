import NIOCore

/// The connection over which one server tells a ``MemoryTier`` of every change, made again and again. Everything in here
/// happens on its event loop.
///
/// It tracks in broadcasting mode and redirects to itself, so that there is one thing that can break: the connection
/// that is tracked is the one that is subscribed. A PING that is answered confirms that all was told before it was sent.
final class TrackingConnection: RedisLinkOwner {
  private enum Phase: Equatable {
    case idle
    case connecting
    /// `CLIENT ID` is under way.
    case identifying
    /// `CLIENT TRACKING` and `SUBSCRIBE` are under way; whether the first has been answered.
    case subscribing(isTracking: Bool)
    case tracking
    case pausing
    case closed
  }

  /// A server that hesitates is not confirmed to have told of everything, and so memory is not used; it is emptied only
  /// when this is over, for it may be good again in a moment.
  private static let patience = Duration.seconds(1)

  private let eventLoop: any EventLoop
  private let endpoint: RedisAddress.Endpoint
  private let configuration: RedisConfiguration
  private let coverage: TrackingCoverage
  private let prefixes: [[UInt8]]
  private let heartbeat: TimeAmount
  private let log: OccasionalLog

  private var phase = Phase.idle
  private var link: RedisLink?
  /// In a row, up to now.
  private var failures = 0
  /// When the question that is not answered yet was sent.
  private var askedAt: ContinuousClock.Instant?
  private var beats: RepeatedTask?
  /// Counts the connections, so that a deadline can tell whether it is meant.
  private var attempt = 0

  init(
    eventLoop: any EventLoop,
    configuration: RedisConfiguration,
    coverage: TrackingCoverage,
    _ memoryConfiguration: MemoryConfiguration,
    log: OccasionalLog
  ) {
    self.eventLoop = eventLoop
    self.configuration = configuration
    endpoint = configuration.address.endpoint
    self.coverage = coverage
    self.log = log
    prefixes = memoryConfiguration.trackedPrefixes
    heartbeat = TimeAmount(memoryConfiguration.heartbeat)
  }

  // MARK: Life

  func open() {
    guard phase == .idle else { return }
    connect()
  }

  func close() {
    phase = .closed
    letGo()
  }

  private func connect() {
    phase = .connecting
    attempt += 1
    do throws(CacheError) {
      let link = try RedisLink(eventLoop: eventLoop, configuration: configuration, owner: self)
      self.link = link
      link.open()
    } catch {
      linkLost(error, isSuspect: true)
    }
  }

  func linkOpened() {
    phase = .identifying
    send([RedisCommand("CLIENT", "ID")])
    expectTracking()
  }

  func linkLost(_ error: CacheError, isSuspect: Bool) {
    guard phase != .closed, phase != .pausing else { return }
    letGo()
    failures += 1
    phase = .pausing
    log.warning("Redis does not tell of changes: nothing is kept in memory", detail: error.debugDescription)
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    let pause = ConnectionState.pause(afterFailures: failures, jitter: .random(in: 0...1))
    eventLoop.scheduleTask(in: TimeAmount(pause)) {
      if bound.value.phase == .pausing { bound.value.connect() }
    }
  }

  private func letGo() {
    coverage.ended(endpoint)
    beats?.cancel()
    beats = nil
    askedAt = nil
    link?.close()
    link = nil
  }

  // MARK: Greeting

  private func subscribe(id: Int64) {
    var track = RedisCommand("CLIENT", "TRACKING", "ON", "REDIRECT", "\(id)", "BCAST")
    // An empty prefix stands for all keys, as does none.
    for prefix in prefixes where !prefix.isEmpty {
      track.append(text: "PREFIX")
      track.append(prefix)
    }
    phase = .subscribing(isTracking: false)
    send([track, RedisCommand("SUBSCRIBE", TrackingReply.channel)])
  }

  /// A server that accepts but does not answer is found out here.
  private func expectTracking() {
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    let attempt = attempt
    eventLoop.scheduleTask(in: TimeAmount(configuration.timeout)) {
      let connection = bound.value
      guard connection.attempt == attempt, connection.phase != .tracking else { return }
      connection.linkLost(CacheError(.timeout, "Redis did not answer in time"), isSuspect: true)
    }
  }

  private func began() {
    phase = .tracking
    failures = 0
    coverage.began(endpoint)
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    beats = eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: heartbeat) { _ in bound.value.beat() }
  }

  // MARK: Replies

  func linkCounted(_ bytes: Int) {}

  func linkReceived(_ reply: RedisReply) {
    if case .error(let text) = reply {
      return linkLost(CacheError(.refused, "Redis refused to tell of changes", detail: text), isSuspect: true)
    }
    switch phase {
    case .identifying:
      guard case .integer(let id) = reply else { return surprised() }
      subscribe(id: id)
    case .subscribing(isTracking: false):
      guard reply == .status("OK") else { return surprised() }
      phase = .subscribing(isTracking: true)
    case .subscribing(isTracking: true):
      guard TrackingReply(reply) == .subscribed else { return surprised() }
      began()
    case .tracking: told(reply)
    case .idle, .connecting, .pausing, .closed: break
    }
  }

  private func told(_ reply: RedisReply) {
    switch TrackingReply(reply) {
    case .changed(let keys): coverage.noticed(keys)
    case .flushed: coverage.noticedFlush()
    case .pong:
      guard let asked = askedAt else { return surprised() }
      askedAt = nil
      coverage.confirmed(endpoint, asOf: asked)
    case .subscribed, nil: surprised()
    }
  }

  private func surprised() {
    linkLost(CacheError(.protocolViolation, "Redis sent what nobody asked for"), isSuspect: true)
  }

  // MARK: Heartbeat

  private func beat() {
    let now = ContinuousClock.now
    if let asked = askedAt {
      guard now - asked > max(configuration.timeout, Self.patience) else { return }
      return linkLost(CacheError(.timeout, "Redis did not answer in time"), isSuspect: true)
    }
    askedAt = now
    send([RedisCommand("PING")])
  }

  private func send(_ commands: [RedisCommand]) {
    do throws(CacheError) {
      link?.write(try RedisCommand.encode(commands))
      link?.flush()
    } catch {
      linkLost(error, isSuspect: true)
    }
  }
}
