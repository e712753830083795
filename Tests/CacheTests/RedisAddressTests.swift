import Testing

@testable import Cache

@Suite struct RedisAddressTests {
  @Test func readsServers() throws {
    let plain = try RedisAddress(url: "redis://cache")
    #expect(plain.endpoint == .tcp(host: "cache", port: 6379))
    #expect(plain.user == nil && plain.password == nil && plain.database == 0)
    let full = try RedisAddress(url: "redis://gate%3Away:p%40ss:w/rd@127.0.0.1:6400/3")
    #expect(full.endpoint == .tcp(host: "127.0.0.1", port: 6400))
    #expect(full.user == "gate:way" && full.password == "p@ss:w/rd" && full.database == 3)
    let six = try RedisAddress(url: "redis://:secret@[::1]:6401")
    #expect(six.endpoint == .tcp(host: "::1", port: 6401))
    #expect(six.user == nil && six.password == "secret")
    #expect(try RedisAddress(url: "redis://[::1]/").endpoint == .tcp(host: "::1", port: 6379))
  }

  @Test(arguments: ["unix:///run/redis.sock?db=2", "redis+unix:///run/redis.sock?db=2"])
  func readsSockets(_ url: String) throws {
    let address = try RedisAddress(url: url)
    #expect(address.endpoint == .unix(path: "/run/redis.sock"))
    #expect(address.database == 2)
  }

  @Test func takesAPathForASocket() throws {
    #expect(try RedisAddress(url: "/run/redis.sock").endpoint == .unix(path: "/run/redis.sock"))
  }

  @Test(arguments: [
    ("http://x", "Redis URL: it must begin with redis://, unix:// or redis+unix://, or be a path"),
    ("", "Redis URL: it must begin with redis://, unix:// or redis+unix://, or be a path"),
    ("rediss://secret@x", "Redis URL: TLS (rediss://) is not supported"),
    ("redis://", "Redis URL: it names no host and port"),
    ("redis://:0", "Redis URL: it names no host and port"),
    ("redis://x:70000", "Redis URL: the port is not a number of the right size"),
    ("redis://x:+1", "Redis URL: the port is not a number of the right size"),
    ("redis://x/one", "Redis URL: the database number is not a number of the right size"),
    ("redis://secret@x", "Redis URL: before @ stands user:password or :password"),
    ("redis://:%zz@x", "Redis URL: % stands before two hexadecimal digits"),
    ("redis://x?db=1", "Redis URL: redis:// takes no options"),
    ("unix://run/x", "Redis URL: the path of a socket begins with /"),
    ("unix:///run/x?password=1", "Redis URL: the only option of a socket is db"),
  ])
  func saysWhatIsWrongAndKeepsSecrets(_ url: String, _ message: String) {
    #expect(throws: CacheError(.configuration, message)) { try RedisAddress(url: url) }
  }

  @Test func refusesSocketPathsThatTheSystemWouldCut() {
    #expect(throws: CacheError(.configuration, "Redis URL: the path of a socket is longer than 107 bytes")) {
      try RedisAddress(url: "unix:///" + String(repeating: "x", count: 107))
    }
  }
}
