import Glibc
import NIOCore
import NIOSSL
import NIOTLS

/// Whom a link belongs to. Everything happens on the link's event loop.
protocol RedisLinkOwner: AnyObject {
  /// The server has let us in.
  func linkOpened()
  func linkReceived(_ reply: RedisReply)
  /// So many bytes have come, not counting the login.
  func linkCounted(_ bytes: Int)
  /// The link is of no use any more, and nothing will be heard of it again.
  /// - Parameter isSuspect: the server is there but did not answer, or not sensibly.
  func linkLost(_ error: CacheError, isSuspect: Bool)
}

/// One channel to one server from beginning to end: finding the server, the connection, TLS, the login, then replies.
///
/// It is opened once. Its owner lets go of it with ``close()``, after which nothing that happens here matters.
final class RedisLink: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private enum Phase {
    case new
    case connecting
    case loggingIn(RedisLogin)
    case open
    case closed
  }

  private let eventLoop: any EventLoop
  private let configuration: RedisConfiguration
  private let decoder: any ReplyDecoder
  private var address: RedisAddress
  private var owner: (any RedisLinkOwner)?
  private var phase = Phase.new
  private var channel: (any Channel)?
  private var encryption: NIOSSLClientHandler?
  private var deadline: Scheduled<Void>?

  init(eventLoop: any EventLoop, configuration: RedisConfiguration, owner: any RedisLinkOwner) throws(CacheError) {
    self.eventLoop = eventLoop
    self.configuration = configuration
    self.owner = owner
    address = configuration.address
    decoder = try HiredisReplyDecoder()
  }

  // MARK: For the owner

  /// Where it leads, as far as that is known.
  var endpoint: RedisAddress.Endpoint { address.endpoint }

  func open() {
    phase = .connecting
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    configuration.locate(on: eventLoop)
      .flatMap { endpoint in bound.value.connect(to: endpoint) }
      .whenComplete { result in
        switch result {
        case .success(let channel): bound.value.connected(channel)
        case .failure(let error): bound.value.lose(.unreachable(bound.value.address, error), isSuspect: false)
        }
      }
  }

  func close() {
    phase = .closed
    owner = nil
    deadline?.cancel()
    channel?.close(promise: nil)
    channel = nil
  }

  /// To be followed by ``flush()``.
  func write(_ bytes: ByteBuffer) {
    channel?.write(bytes, promise: nil)
  }

  func flush() {
    channel?.flush()
  }

  // MARK: Connecting

  private func connect(to endpoint: RedisAddress.Endpoint) -> EventLoopFuture<any Channel> {
    guard case .connecting = phase else { return eventLoop.makeFailedFuture(ChannelError.alreadyClosed) }
    address.endpoint = endpoint
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    return configuration.connect(to: endpoint, on: eventLoop) { try bound.value.prepare($0) }
  }

  /// Called before anything can be read.
  private func prepare(_ channel: any Channel) throws {
    if address.isEncrypted, case .tcp(let host, _) = address.endpoint {
      let encryption = try configuration.encryption(for: host)
      try channel.pipeline.syncOperations.addHandler(encryption)
      self.encryption = encryption
    }
    try channel.pipeline.syncOperations.addHandler(self)
  }

  private func connected(_ channel: any Channel) {
    guard case .connecting = phase else {
      // Closed meanwhile, by us or by the server.
      channel.close(promise: nil)
      return
    }
    self.channel = channel
    logIn()
  }

  // MARK: Login

  private func logIn() {
    let login = RedisLogin(
      address,
      clientName: configuration.clientName,
      demandsMaster: configuration.locator != nil
    )
    phase = .loggingIn(login)
    do throws(CacheError) {
      // Under TLS it waits for the handshake.
      write(try RedisCommand.encode(login.commands))
      flush()
    } catch {
      return lose(error, isSuspect: true)
    }
    if encryption == nil {
      expect("answer the login", within: configuration.timeout)
    } else {
      expect("finish the TLS handshake; does it speak TLS at this port?", within: configuration.connectTimeout)
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case TLSUserEvent.handshakeCompleted = event { expect("answer the login", within: configuration.timeout) }
    context.fireUserInboundEventTriggered(event)
  }

  private func expect(_ what: StaticString, within patience: Duration) {
    deadline?.cancel()
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    deadline = eventLoop.scheduleTask(in: TimeAmount(patience)) { bound.value.loginTimedOut(what) }
  }

  private func loginTimedOut(_ what: StaticString) {
    let detail = "\(address.place) accepts connections but did not \(what)"
    lose(CacheError(.timeout, "Redis did not answer in time", detail: detail), isSuspect: true)
  }

  private func received(_ reply: RedisReply) {
    switch phase {
    case .loggingIn(var login):
      do throws(CacheError) {
        let isLast = try login.take(reply)
        phase = .loggingIn(login)
        if isLast { opened() }
      } catch {
        lose(error, isSuspect: true)
      }
    case .open: owner?.linkReceived(reply)
    case .new, .connecting, .closed: break
    }
  }

  private func opened() {
    phase = .open
    deadline?.cancel()
    owner?.linkOpened()
  }

  private func lose(_ error: CacheError, isSuspect: Bool) {
    guard let owner else { return }
    close()
    owner.linkLost(error, isSuspect: isSuspect)
  }

  // MARK: What the channel says

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let buffer = unwrapInboundIn(data)
    if case .open = phase { owner?.linkCounted(buffer.readableBytes) }
    do throws(CacheError) {
      try unsafe buffer.withUnsafeReadableBytes { bytes throws(CacheError) in unsafe try decoder.feed(bytes) }
      // A reply may make the owner let go: then the rest is nobody's.
      while owner != nil, let reply = try decoder.next() { received(reply) }
    } catch {
      lose(error, isSuspect: true)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    closedByServer()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // A server that is killed has no time to say goodbye.
    if error.isDisconnection { return closedByServer() }
    if case .open = phase {
      let detail = "\(address.place): \(error)"
      return lose(CacheError(.unavailable, "The connection to Redis broke", detail: detail), isSuspect: false)
    }
    lose(.unreachable(address, error, certificate: encryption?.peerCertificate), isSuspect: true)
  }

  private func closedByServer() {
    var hint = ""
    if case .loggingIn = phase, encryption == nil, case .tcp = address.endpoint {
      hint = " during the login; a server that speaks TLS is rediss://"
    }
    let detail = "\(address.place) closed the connection\(hint)"
    lose(CacheError(.unavailable, "Redis closed the connection", detail: detail), isSuspect: false)
  }
}

extension Error {
  /// Whether it says that the other side has gone.
  fileprivate var isDisconnection: Bool {
    switch self {
    case let error as NIOSSLError: error == .uncleanShutdown
    case let error as IOError: [ECONNRESET, EPIPE].contains(error.errnoCode)
    default: false
    }
  }
}
