/// Where a Redis server is and how to log in.
public struct RedisAddress: Sendable, Hashable {
  public enum Endpoint: Sendable, Hashable {
    case tcp(host: String, port: Int)
    case unix(path: String)
  }

  public var endpoint: Endpoint
  /// Whether TLS is spoken.
  public var isEncrypted = false
  public var user: String?
  public var password: String?
  public var database = 0

  public init(endpoint: Endpoint) {
    self.endpoint = endpoint
  }

  /// The place as a URL, for logs: without password.
  var place: String {
    switch endpoint {
    case .tcp: (isEncrypted ? "rediss://" : "redis://") + endpoint.description
    case .unix: "unix://" + endpoint.description
    }
  }
}

extension RedisAddress.Endpoint: CustomStringConvertible {
  public var description: String {
    switch self {
    case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    case .unix(let path): path
    }
  }
}
