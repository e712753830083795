import Foundation
import Glibc
import Synchronization

/// A TCP proxy between a client under test and its server that counts what passes and can disturb it.
///
/// It listens on `127.0.0.1` at a free ``port`` and forwards each connection to ``Target``. A *turn* is client data that
/// comes first or after server data, so a request whose commands all go out together is one turn: the round trips as
/// the network sees them. A `PING` to Redis that comes by itself is a sign of life and no turn. Greetings and logins count too; take ``counts`` (or ``resetCounts()``) after connecting.
///
///     let proxy = try WireProxy(to: .tcp(host: "127.0.0.1", port: 6379))
///     defer { proxy.stop() }
///     proxy.resetCounts()
///     …                                  // one request through 127.0.0.1:proxy.port
///     #expect(proxy.counts.turns == 1)
///
/// All sockets belong to one thread that polls them; the methods leave orders for it and return at once.
public final class WireProxy: Sendable {
  public enum Target: Sendable {
    /// `host` is a numeric IPv4 address.
    case tcp(host: String, port: Int)
    case unix(path: String)
  }

  public struct Counts: Sendable, Equatable {
    /// Connections accepted so far.
    public var connections = 0
    /// Client → server turns over all connections.
    public var turns = 0
    public var bytesToServer = 0
    public var bytesToClient = 0
  }

  /// A system call that failed.
  public struct Failure: Error, CustomStringConvertible {
    public let description: String

    init(_ call: String) {
      description = "\(call): \(String(cString: strerror(errno)))"
    }
  }

  public let port: Int
  private let wakeDescriptor: Int32
  private let orders: WireProxyOrders

  public init(to target: Target) throws {
    let (listener, port) = try WireSocket.listen()
    var ends: [Int32] = [0, 0]
    // A pair of sockets and no pipe: writing to a pipe whose reader has stopped would end the process by SIGPIPE.
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0 else { throw Failure("socketpair") }
    ends.forEach(WireSocket.stopBlocking)
    self.port = port
    wakeDescriptor = ends[1]
    orders = WireProxyOrders()
    let loop = WireProxyLoop(target: target, listener: listener, wakeDescriptor: ends[0], orders: orders)
    // The loop is handed over: nobody else holds it from here on.
    nonisolated(unsafe) let handedOver = loop
    Thread.detachNewThread { handedOver.run() }
  }

  deinit {
    stop()
    close(wakeDescriptor)
  }

  // MARK: Counting

  public var counts: Counts { orders.state.withLock { $0.counts } }

  public func resetCounts() {
    orders.state.withLock { $0.counts = Counts() }
  }

  // MARK: Disturbing

  /// Forwards nothing in either direction until ``resume()``; connections are still accepted.
  public func pause() { order { $0.isPaused = true } }

  public func resume() { order { $0.isPaused = false } }

  /// Holds back each piece of server data that comes from now on for `delay`. `.zero` ends it.
  public func delayReplies(by delay: Duration) {
    let (seconds, attoseconds) = delay.components
    order { $0.delay = UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000) }
  }

  /// Closes all connections that are open.
  public func cutConnections() { order { $0.cuts += 1 } }

  /// Lets `count` more bytes of server data pass, then closes the connection on which the next ones came. Once.
  public func cutAfterReplyBytes(_ count: Int) { order { $0.replyBytesUntilCut = count } }

  /// Sends these bytes in the place of the next piece of server data. Once.
  public func replaceNextReply(with bytes: [UInt8]) { order { $0.replacement = bytes } }

  /// Closes everything. The proxy cannot be used any more.
  public func stop() { order { $0.isStopped = true } }

  private func order(_ change: (inout sending WireProxyOrders.State) -> Void) {
    orders.state.withLock { change(&$0) }
    var byte: UInt8 = 1
    // A full socket wakes the thread as well, so the result does not matter.
    _ = send(wakeDescriptor, &byte, 1, Int32(MSG_NOSIGNAL))
  }
}

/// What the thread shall do, and what it has counted.
final class WireProxyOrders: Sendable {
  struct State {
    var counts = WireProxy.Counts()
    var isPaused = false
    /// Nanoseconds.
    var delay: UInt64 = 0
    var cuts = 0
    var replyBytesUntilCut: Int?
    var replacement: [UInt8]?
    var isStopped = false
  }

  let state = Mutex(State())
}
