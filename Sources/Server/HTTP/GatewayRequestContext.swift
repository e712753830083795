import Hummingbird
import Logging
import NIOCore

/// What a request carries besides itself: its id, and who is at the other end of the connection.
struct GatewayRequestContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  let remoteAddress: SocketAddress?
  /// The connection that the request came by; nil when it has ended already.
  let connection: ConnectionState?

  init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    remoteAddress = source.channel.remoteAddress
    connection = ConnectionRegistry.shared.state(of: source.channel)
  }

  /// The peer's address without its port; `unknown` for sockets that have none.
  var peer: String { remoteAddress?.ipAddress ?? "unknown" }
}
