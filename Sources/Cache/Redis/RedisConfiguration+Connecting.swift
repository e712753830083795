import NIOCore
import NIOPosix

extension RedisConfiguration {
  /// Opens a channel to the server.
  /// - Parameter prepare: called on the event loop before anything can be read.
  func connect(
    on eventLoop: any EventLoop,
    prepare: @escaping @Sendable (any Channel) throws -> Void
  ) -> EventLoopFuture<any Channel> {
    let bootstrap = ClientBootstrap(group: eventLoop)
      .connectTimeout(TimeAmount(connectTimeout))
      .channelInitializer { channel in channel.eventLoop.makeCompletedFuture { try prepare(channel) } }
    return switch address.endpoint {
    case .tcp(let host, let port):
      bootstrap.channelOption(.tcpOption(.tcp_nodelay), value: 1).connect(host: host, port: port)
    case .unix(let path): bootstrap.connect(unixDomainSocketPath: path)
    }
  }
}

extension RedisAddress {
  /// What logs a connection in; nothing where no password is set.
  var authentication: [RedisCommand] {
    guard let password else { return [] }
    var command = RedisCommand("AUTH")
    if let user { command.append(text: user) }
    command.append(text: password)
    return [command]
  }
}
