import NIOCore

/// One pipelined connection, made again and again. Everything in here happens on its event loop.
///
/// 1. Replies come in the order of the commands, so ``sent`` is a queue: its first call owns the next reply.
/// 2. All calls have the same timeout, so the first of a queue has the earliest deadline and one timer is enough.
/// 3. A late reply cannot be told from a lost one: a call past its deadline ends the connection, and with it the others.
final class RedisConnection: RedisLinkOwner {
  private let eventLoop: any EventLoop
  private let configuration: RedisConfiguration
  private let tally: Tally<RedisStatistics>
  private let log: OccasionalLog

  private var state = ConnectionState()
  private var link: RedisLink?
  /// Calls whose replies are to come.
  private var sent = CircularBuffer<RedisCall>()
  /// Calls that wait until the connection is made.
  private var waiting = CircularBuffer<RedisCall>()
  private var pendingBytes = 0
  private var timer: Scheduled<Void>?
  private var isFlushScheduled = false

  init(eventLoop: any EventLoop, configuration: RedisConfiguration, tally: Tally<RedisStatistics>, log: OccasionalLog) {
    self.eventLoop = eventLoop
    self.configuration = configuration
    self.tally = tally
    self.log = log
  }

  // MARK: Calls

  func open() {
    if state.open() { connect() }
  }

  /// Sends a call, keeps it until the connection is made, or fails it.
  func submit(_ call: RedisCall) {
    guard sent.count + waiting.count < configuration.maximumPendingCalls,
      pendingBytes + call.request.readableBytes <= configuration.maximumPendingBytes
    else {
      tally.update { $0.refusals += 1 }
      return call.complete(.failure(CacheError(.overloaded, "Too many calls wait for Redis")))
    }
    switch state.admit() {
    case .send: send(call)
    case .wait: wait(call)
    case .openAndWait:
      wait(call)
      connect()
    case .refuse:
      tally.update { $0.refusals += 1 }
      call.complete(.failure(CacheError(.unavailable, "Redis is not available")))
    }
  }

  /// The server is elsewhere now.
  func move(to endpoint: RedisAddress.Endpoint) {
    switch state.phase {
    case .ready, .trial:
      guard link?.endpoint != endpoint else { return }
      linkLost(CacheError(.unavailable, "Another Redis is the master now"), isSuspect: false)
    case .idle, .connecting, .pausing, .closed: break
    }
  }

  /// Ends the connection for good and fails what is under way.
  func close() {
    state.close()
    letGo()
    failAll(CacheError(.unavailable, "The connection to Redis was closed"))
    timer?.cancel()
    timer = nil
  }

  private func wait(_ call: RedisCall) {
    pendingBytes += call.request.readableBytes
    waiting.append(call)
    armTimer()
  }

  private func send(_ call: RedisCall) {
    pendingBytes += call.request.readableBytes
    write(call)
  }

  private func write(_ call: RedisCall) {
    sent.append(call)
    armTimer()
    tally.update { $0.bytesSent += call.request.readableBytes }
    link?.write(call.request)
    scheduleFlush()
  }

  /// Calls that arrive in one turn of the event loop leave with one system call.
  private func scheduleFlush() {
    guard !isFlushScheduled else { return }
    isFlushScheduled = true
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    eventLoop.execute {
      bound.value.isFlushScheduled = false
      bound.value.link?.flush()
    }
  }

  // MARK: Replies

  func linkCounted(_ bytes: Int) {
    tally.update { $0.bytesReceived += bytes }
  }

  func linkReceived(_ reply: RedisReply) {
    guard !sent.isEmpty else {
      return linkLost(CacheError(.protocolViolation, "Redis sent a reply that nobody asked for"), isSuspect: true)
    }
    guard sent[sent.startIndex].take(reply) else { return }
    let call = sent.removeFirst()
    pendingBytes -= call.request.readableBytes
    state.succeeded()
    tally.update {
      $0.roundTrips += 1
      $0.commands += call.replyCount
    }
    call.complete(.success(call.replies))
  }

  // MARK: Making the connection

  private func connect() {
    do throws(CacheError) {
      let link = try RedisLink(eventLoop: eventLoop, configuration: configuration, owner: self)
      self.link = link
      link.open()
    } catch {
      linkLost(error, isSuspect: true)
    }
  }

  func linkOpened() {
    state.connected()
    tally.update { $0.connects += 1 }
    while !waiting.isEmpty { write(waiting.removeFirst()) }
  }

  // MARK: Losing the connection

  /// Gives the connection up, fails its calls, and sees to a new one.
  func linkLost(_ error: CacheError, isSuspect: Bool) {
    guard state.phase != .closed else { return }
    letGo()
    tally.update { $0.connectionFailures += 1 }
    let hadCalls = !sent.isEmpty
    let recovery = state.lost(isSuspect: isSuspect, jitter: .random(in: 0...1))
    if recovery == .reconnectNow {
      failSent(error)
      connect()
    } else {
      failAll(error)
    }
    // A server that closes an idle connection does nothing wrong.
    if hadCalls || recovery != .reconnectNow {
      log.warning("Redis connection lost", detail: error.debugDescription)
    }
    if case .reconnect(let pause) = recovery { reconnect(after: pause) }
  }

  private func reconnect(after pause: Duration) {
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    eventLoop.scheduleTask(in: TimeAmount(pause)) {
      if bound.value.state.pauseEnded() { bound.value.connect() }
    }
  }

  private func letGo() {
    link?.close()
    link = nil
  }

  private func failAll(_ error: CacheError) {
    failSent(error)
    while !waiting.isEmpty { fail(waiting.removeFirst(), error) }
  }

  private func failSent(_ error: CacheError) {
    // Taken out first: a caller that goes on may submit the next call at once.
    let calls = sent
    sent.removeAll()
    for call in calls { fail(call, error) }
  }

  private func fail(_ call: RedisCall, _ error: CacheError) {
    pendingBytes -= call.request.readableBytes
    if error.code == .timeout {
      tally.update { $0.timeouts += 1 }
    } else {
      tally.update { $0.lostCalls += 1 }
    }
    call.complete(.failure(error))
  }

  // MARK: Deadlines

  private func armTimer() {
    guard timer == nil else { return }
    let deadlines = [waiting.first?.deadline, sent.first?.deadline].compactMap { $0 }
    guard let earliest = deadlines.min() else { return }
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    timer = eventLoop.scheduleTask(deadline: earliest) { bound.value.timerFired() }
  }

  private func timerFired() {
    timer = nil
    let now = NIODeadline.now()
    let error = CacheError(.timeout, "Redis did not answer in time")
    while let call = waiting.first, call.deadline <= now { fail(waiting.removeFirst(), error) }
    if let call = sent.first, call.deadline <= now { linkLost(error, isSuspect: true) }
    armTimer()
  }
}
