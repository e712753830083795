import Glibc
import Synchronization

/// The thread behind ``WireProxy``: one `poll` over all sockets.
final class WireProxyLoop {
  private let target: WireProxy.Target
  private let listener: Int32
  private let wakeDescriptor: Int32
  private let orders: WireProxyOrders
  private var links: [WireLink] = []
  /// Redis's `PING`, by itself.
  private static let heartbeat = Array("*1\r\n$4\r\nPING\r\n".utf8)
  private var cutsSeen = 0

  init(target: WireProxy.Target, listener: Int32, wakeDescriptor: Int32, orders: WireProxyOrders) {
    self.target = target
    self.listener = listener
    self.wakeDescriptor = wakeDescriptor
    self.orders = orders
  }

  func run() {
    while !orders.state.withLock({ $0.isStopped }) {
      let ready = wait()
      drainWakeDescriptor()
      obeyCuts()
      if ready.contains(listener) { acceptConnections() }
      for link in links { serve(link) }
      links.removeAll { $0.closeIfDone() }
    }
    for link in links { link.close() }
    close(listener)
    close(wakeDescriptor)
  }

  /// The descriptors on which something happened.
  private func wait() -> Set<Int32> {
    let isPaused = orders.state.withLock { $0.isPaused }
    var polled = [listener, wakeDescriptor].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    var timeout: Int32 = -1
    for link in links where !isPaused {
      polled += link.interests
      guard let due = link.nextDue else { continue }
      let now = WireClock.now
      let milliseconds = due > now ? Int32(clamping: (due - now) / 1_000_000 + 1) : 0
      timeout = timeout < 0 ? milliseconds : min(timeout, milliseconds)
    }
    guard poll(&polled, nfds_t(polled.count), timeout) > 0 else { return [] }
    return Set(polled.filter { $0.revents != 0 }.map(\.fd))
  }

  private func drainWakeDescriptor() {
    var bytes = [UInt8](repeating: 0, count: 64)
    while read(wakeDescriptor, &bytes, bytes.count) > 0 {}
  }

  private func obeyCuts() {
    let cuts = orders.state.withLock { $0.cuts }
    guard cuts != cutsSeen else { return }
    cutsSeen = cuts
    for link in links { link.close() }
    links = []
  }

  private func acceptConnections() {
    while true {
      let client = accept(listener, nil, nil)
      guard client >= 0 else { return }
      WireSocket.stopBlocking(client)
      guard let server = try? WireSocket.connect(to: target) else {
        close(client)
        continue
      }
      WireSocket.disableDelay(client)
      links.append(WireLink(client: client, server: server))
      orders.state.withLock { $0.counts.connections += 1 }
    }
  }

  /// Moves what can be moved now. Orders are looked at here again, so that they hold for data that is on its way.
  private func serve(_ link: WireLink) {
    guard !orders.state.withLock({ $0.isPaused }) else { return }
    if let bytes = link.toServer.receive() {
      let isHeartbeat = bytes == Self.heartbeat
      orders.state.withLock {
        $0.counts.bytesToServer += bytes.count
        if !link.clientSpokeLast && !isHeartbeat { $0.counts.turns += 1 }
      }
      if !isHeartbeat { link.clientSpokeLast = true }
      link.toServer.enqueue(bytes, due: 0)
    }
    if let bytes = link.toClient.receive() {
      link.clientSpokeLast = false
      passReply(bytes, link)
    }
    link.toServer.send()
    link.toClient.send()
  }

  private func passReply(_ received: [UInt8], _ link: WireLink) {
    let (bytes, delay, isCut) = orders.state.withLock { state in
      var bytes = received
      if let replacement = state.replacement {
        bytes = replacement
        state.replacement = nil
      }
      var isCut = false
      if let left = state.replyBytesUntilCut {
        isCut = bytes.count >= left
        bytes = Array(bytes.prefix(left))
        state.replyBytesUntilCut = isCut ? nil : left - bytes.count
      }
      state.counts.bytesToClient += bytes.count
      return (bytes, state.delay, isCut)
    }
    link.toClient.enqueue(bytes, due: delay == 0 ? 0 : WireClock.now + delay)
    if isCut { link.toClient.hasEnded = true }
  }
}

enum WireClock {
  /// Monotonic nanoseconds.
  static var now: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
