import NIOCore
import NIOPosix
import NIOSSL

/// Says where the server is at this moment.
protocol RedisLocator: Sendable {
  func locate(on eventLoop: any EventLoop) -> EventLoopFuture<RedisAddress.Endpoint>
}

extension RedisConfiguration {
  /// The server to connect to.
  func locate(on eventLoop: any EventLoop) -> EventLoopFuture<RedisAddress.Endpoint> {
    locator?.locate(on: eventLoop) ?? eventLoop.makeSucceededFuture(address.endpoint)
  }

  /// Opens a channel.
  /// - Parameter prepare: called on the event loop before anything can be read.
  func connect(
    to endpoint: RedisAddress.Endpoint,
    on eventLoop: any EventLoop,
    prepare: @escaping @Sendable (any Channel) throws -> Void
  ) -> EventLoopFuture<any Channel> {
    let bootstrap = ClientBootstrap(group: eventLoop)
      .connectTimeout(TimeAmount(connectTimeout))
      .channelInitializer { channel in channel.eventLoop.makeCompletedFuture { try prepare(channel) } }
    return switch endpoint {
    case .tcp(let host, let port):
      bootstrap.channelOption(.tcpOption(.tcp_nodelay), value: 1).connect(host: host, port: port)
    case .unix(let path): bootstrap.connect(unixDomainSocketPath: path)
    }
  }

  /// What encrypts a channel to a host.
  func encryption(for host: String) throws -> NIOSSLClientHandler {
    guard let tls else { throw CacheError(.configuration, "Redis TLS: nothing says whom to believe") }
    return try tls.handler(for: host)
  }

  /// The same for one server of several.
  func server(_ endpoint: RedisAddress.Endpoint) -> RedisConfiguration {
    var configuration = self
    configuration.topology = .single
    configuration.locator = nil
    configuration.address.endpoint = endpoint
    return configuration
  }
}
