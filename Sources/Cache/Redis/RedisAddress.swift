/// Where a Redis server is and how to log in.
public struct RedisAddress: Sendable, Hashable {
  public enum Endpoint: Sendable, Hashable {
    case tcp(host: String, port: Int)
    case unix(path: String)
  }

  public var endpoint: Endpoint
  public var user: String?
  public var password: String?
  public var database = 0

  public init(endpoint: Endpoint) {
    self.endpoint = endpoint
  }

  /// Reads `redis://[[user]:password@]host[:port][/database]`, `unix:///path[?db=database]` (also `redis+unix://`), or
  /// the path of a socket. User and password may hold `%xx` escapes.
  /// - Throws: `configuration`; the message never holds the URL, for it may hold a password.
  public init(url: String) throws(CacheError) {
    if url.hasPrefix("/") {
      self = try Self(socket: url[...])
    } else if let rest = Self.rest(of: url, after: ["unix://", "redis+unix://"]) {
      self = try Self(socket: rest)
    } else if let rest = Self.rest(of: url, after: ["redis://"]) {
      self = try Self(server: rest)
    } else if url.hasPrefix("rediss://") {
      throw Self.error("TLS (rediss://) is not supported")
    } else {
      throw Self.error("it must begin with redis://, unix:// or redis+unix://, or be a path")
    }
  }

  // MARK: Sockets

  private init(socket text: Substring) throws(CacheError) {
    let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let path = parts[0]
    guard path.hasPrefix("/") else { throw Self.error("the path of a socket begins with /") }
    // sockaddr_un has room for 108 bytes, the last of which is 0 (unix(7)).
    guard path.utf8.count <= 107 else { throw Self.error("the path of a socket is longer than 107 bytes") }
    endpoint = .unix(path: String(path))
    for option in parts.dropFirst().flatMap({ $0.split(separator: "&") }) {
      guard option.hasPrefix("db=") else { throw Self.error("the only option of a socket is db") }
      database = try Self.number(option.dropFirst(3), upTo: Int(Int32.max), "database number")
    }
  }

  // MARK: Servers

  private init(server text: Substring) throws(CacheError) {
    guard !text.contains("?"), !text.contains("#") else { throw Self.error("redis:// takes no options") }
    var rest = text
    var login: Substring?
    if let at = rest.lastIndex(of: "@") {
      login = rest[..<at]
      rest = rest[rest.index(after: at)...]
    }
    let slash = rest.firstIndex(of: "/") ?? rest.endIndex
    endpoint = try Self.server(rest[..<slash])
    let path = rest[slash...].dropFirst()
    if !path.isEmpty { database = try Self.number(path, upTo: Int(Int32.max), "database number") }
    if let login { try logIn(login) }
  }

  private mutating func logIn(_ text: Substring) throws(CacheError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { throw Self.error("before @ stands user:password or :password") }
    user = parts[0].isEmpty ? nil : try Self.unescape(parts[0])
    password = try Self.unescape(parts[1])
  }

  private static func server(_ text: Substring) throws(CacheError) -> Endpoint {
    var host = text
    var port = 6379
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

  // MARK: Pieces

  private static func rest(of url: String, after schemes: [String]) -> Substring? {
    for scheme in schemes where url.hasPrefix(scheme) { return url.dropFirst(scheme.count) }
    return nil
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

  private static func error(_ problem: String) -> CacheError {
    CacheError(.configuration, "Redis URL: \(problem)")
  }
}
