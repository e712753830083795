/// What a URL of Redis says.
///
/// | URL | stands for |
/// |---|---|
/// | `redis://[[user]:password@]host[:port][/database]` | one server |
/// | `unix:///path[?db=database]`, `redis+unix://…`, `/path` | one server, by its socket |
/// | `redis+cluster://[[user]:password@]host[:port],host[:port],…` | Redis Cluster; any of its nodes |
/// | `redis+sentinel://[[user]:password@]host[:port],…/master[/database][?sentinel_password=…&sentinel_user=…]` | the master of that name |
///
/// `rediss` in the place of `redis` means TLS. User, password and names may hold `%xx` escapes.
public struct RedisURL: Sendable, Hashable {
  /// The server and the login; of a cluster and of Sentinels, the first that is named.
  public private(set) var address: RedisAddress
  public private(set) var topology = RedisTopology.single

  /// - Throws: `configuration`; the message never holds the URL, for it may hold a password.
  public init(_ url: String) throws(CacheError) {
    if url.hasPrefix("/") {
      address = try Self.socket(url[...])
      return
    }
    guard let separator = url.firstRange(of: "://") else { throw Self.unknownScheme }
    let rest = url[separator.upperBound...]
    switch url[..<separator.lowerBound] {
    case "unix", "redis+unix": address = try Self.socket(rest)
    case "redis": self = try Self(server: Parts(rest))
    case "rediss": self = try Self(server: Parts(rest)).encrypted
    case "redis+cluster": self = try Self(cluster: Parts(rest))
    case "rediss+cluster": self = try Self(cluster: Parts(rest)).encrypted
    case "redis+sentinel": self = try Self(sentinels: Parts(rest))
    case "rediss+sentinel": self = try Self(sentinels: Parts(rest)).encrypted
    default: throw Self.unknownScheme
    }
  }

  private var encrypted: RedisURL {
    var copy = self
    copy.address.isEncrypted = true
    return copy
  }

  // MARK: One server

  private init(server parts: Parts) throws(CacheError) {
    guard parts.options.isEmpty else { throw Self.error("redis:// takes no options") }
    let endpoints = try parts.endpoints(defaultPort: 6379)
    guard endpoints.count == 1 else { throw Self.error("redis:// takes one host; redis+cluster:// takes several") }
    address = try parts.address(endpoints[0])
    if let path = parts.path { address.database = try Self.database(path) }
  }

  private static func socket(_ text: Substring) throws(CacheError) -> RedisAddress {
    let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let path = parts[0]
    guard path.hasPrefix("/") else { throw error("the path of a socket begins with /") }
    // sockaddr_un has room for 108 bytes, the last of which is 0 (unix(7)).
    guard path.utf8.count <= 107 else { throw error("the path of a socket is longer than 107 bytes") }
    var address = RedisAddress(endpoint: .unix(path: String(path)))
    for option in parts.dropFirst().flatMap({ $0.split(separator: "&") }) {
      guard option.hasPrefix("db=") else { throw error("the only option of a socket is db") }
      address.database = try database(option.dropFirst(3))
    }
    return address
  }

  // MARK: Several servers

  private init(cluster parts: Parts) throws(CacheError) {
    guard parts.options.isEmpty else { throw Self.error("redis+cluster:// takes no options") }
    guard parts.path ?? "0" == "0" else { throw Self.error("a cluster has the database 0 only") }
    let seeds = try parts.endpoints(defaultPort: 6379)
    address = try parts.address(seeds[0])
    topology = .cluster(seeds: seeds)
  }

  private init(sentinels parts: Parts) throws(CacheError) {
    let path = (parts.path ?? "").split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let name = path.first, !name.isEmpty else {
      throw Self.error("redis+sentinel:// names the master after the hosts: host:26379/mymaster")
    }
    let sentinels = try parts.endpoints(defaultPort: 26379)
    var group = SentinelGroup(sentinels: sentinels, master: try Self.unescape(name))
    for option in parts.options {
      switch option.name {
      case "sentinel_user": group.user = try Self.unescape(option.value)
      case "sentinel_password": group.password = try Self.unescape(option.value)
      default: throw Self.error("the options of redis+sentinel:// are sentinel_user and sentinel_password")
      }
    }
    address = try parts.address(sentinels[0])
    if path.count > 1, !path[1].isEmpty { address.database = try Self.database(path[1]) }
    topology = .sentinel(group)
  }

  // MARK: Pieces

  /// What stands after the scheme, taken apart.
  private struct Parts {
    let login: Substring?
    let hosts: Substring
    /// Nil when there is none or an empty one.
    let path: Substring?
    let options: [(name: Substring, value: Substring)]

    init(_ text: Substring) throws(CacheError) {
      guard !text.contains("#") else { throw RedisURL.error("it has no #") }
      var rest = text
      if let at = rest.lastIndex(of: "@") {
        login = rest[..<at]
        rest = rest[rest.index(after: at)...]
      } else {
        login = nil
      }
      let question = rest.firstIndex(of: "?") ?? rest.endIndex
      options = rest[question...].dropFirst().split(separator: "&").map { option in
        let halves = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return (halves[0], halves.count > 1 ? halves[1] : "")
      }
      rest = rest[..<question]
      let slash = rest.firstIndex(of: "/") ?? rest.endIndex
      hosts = rest[..<slash]
      let path = rest[slash...].dropFirst()
      self.path = path.isEmpty ? nil : path
    }

    func endpoints(defaultPort: Int) throws(CacheError) -> [RedisAddress.Endpoint] {
      var endpoints: [RedisAddress.Endpoint] = []
      for host in hosts.split(separator: ",", omittingEmptySubsequences: false) {
        endpoints.append(try RedisURL.endpoint(host, defaultPort: defaultPort))
      }
      return endpoints
    }

    func address(_ endpoint: RedisAddress.Endpoint) throws(CacheError) -> RedisAddress {
      var address = RedisAddress(endpoint: endpoint)
      guard let login else { return address }
      let halves = login.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard halves.count == 2 else { throw RedisURL.error("before @ stands user:password or :password") }
      address.user = halves[0].isEmpty ? nil : try RedisURL.unescape(halves[0])
      address.password = try RedisURL.unescape(halves[1])
      return address
    }
  }

  private static func endpoint(_ text: Substring, defaultPort: Int) throws(CacheError) -> RedisAddress.Endpoint {
    var host = text
    var port = defaultPort
    // An IPv6 address stands in brackets (RFC 3986, 3.2.2), for it has colons of its own.
    let closing = text.hasPrefix("[") ? text.lastIndex(of: "]") : nil
    if let colon = text[(closing ?? text.startIndex)...].lastIndex(of: ":") {
      host = text[..<colon]
      port = try number(text[text.index(after: colon)...], upTo: 65_535, "port")
    }
    if closing != nil { host = host.dropFirst().dropLast() }
    guard !host.isEmpty, port > 0 else { throw error("it names no host and port") }
    return .tcp(host: String(host), port: port)
  }

  private static func database(_ text: Substring) throws(CacheError) -> Int {
    try number(text, upTo: Int(Int32.max), "database number")
  }

  private static func number(_ text: Substring, upTo maximum: Int, _ what: String) throws(CacheError) -> Int {
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int(text), value <= maximum else {
      throw error("the \(what) is not a number of the right size")
    }
    return value
  }

  private static func unescape(_ text: Substring) throws(CacheError) -> String {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = rest.prefix(2)
      guard digits.count == 2, digits.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
        let value = UInt8(String(Substring(digits)), radix: 16)
      else {
        throw error("% stands before two hexadecimal digits")
      }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static var unknownScheme: CacheError {
    error("it must begin with redis://, rediss://, redis+cluster://, redis+sentinel:// or unix://, or be a path")
  }

  private static func error(_ problem: String) -> CacheError {
    CacheError(.configuration, "Redis URL: \(problem)")
  }
}
