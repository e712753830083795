import Testing

@testable import Cache

@Suite struct RedisURLTests {
  @Test func readsServers() throws {
    let plain = try RedisURL("redis://cache").address
    #expect(plain.endpoint == .tcp(host: "cache", port: 6379))
    #expect(plain.user == nil && plain.password == nil && plain.database == 0 && !plain.isEncrypted)
    let full = try RedisURL("redis://gate%3Away:p%40ss:w/rd@127.0.0.1:6400/3").address
    #expect(full.endpoint == .tcp(host: "127.0.0.1", port: 6400))
    #expect(full.user == "gate:way" && full.password == "p@ss:w/rd" && full.database == 3)
    let six = try RedisURL("redis://:secret@[::1]:6401").address
    #expect(six.endpoint == .tcp(host: "::1", port: 6401))
    #expect(six.user == nil && six.password == "secret")
    #expect(try RedisURL("redis://[::1]/").address.endpoint == .tcp(host: "::1", port: 6379))
  }

  @Test func readsEncryptedServers() throws {
    let url = try RedisURL("rediss://u:p@cache:6390/1")
    #expect(url.address.isEncrypted && url.address.database == 1 && url.topology == .single)
    #expect(url.address.endpoint == .tcp(host: "cache", port: 6390))
    #expect(try RedisURL("rediss+cluster://a,b").address.isEncrypted)
    #expect(try RedisURL("rediss+sentinel://a/m").address.isEncrypted)
  }

  @Test(arguments: ["unix:///run/redis.sock?db=2", "redis+unix:///run/redis.sock?db=2"])
  func readsSockets(_ url: String) throws {
    let address = try RedisURL(url).address
    #expect(address.endpoint == .unix(path: "/run/redis.sock"))
    #expect(address.database == 2)
  }

  @Test func takesAPathForASocket() throws {
    #expect(try RedisURL("/run/redis.sock").address.endpoint == .unix(path: "/run/redis.sock"))
  }

  @Test func readsClusters() throws {
    let url = try RedisURL("redis+cluster://u:p@10.0.0.1:7000,10.0.0.2,[::1]:7002")
    let seeds: [RedisAddress.Endpoint] = [
      .tcp(host: "10.0.0.1", port: 7000), .tcp(host: "10.0.0.2", port: 6379), .tcp(host: "::1", port: 7002),
    ]
    #expect(url.topology == .cluster(seeds: seeds))
    #expect(url.address.endpoint == seeds[0] && url.address.user == "u" && url.address.password == "p")
    #expect(try RedisURL("redis+cluster://a/0").topology == .cluster(seeds: [.tcp(host: "a", port: 6379)]))
  }

  @Test func readsSentinels() throws {
    let url = try RedisURL("redis+sentinel://:p@s1,s2:5000/my%20master/2?sentinel_password=x%26y&sentinel_user=z")
    var group = SentinelGroup(
      sentinels: [.tcp(host: "s1", port: 26379), .tcp(host: "s2", port: 5000)],
      master: "my master"
    )
    group.user = "z"
    group.password = "x&y"
    #expect(url.topology == .sentinel(group))
    #expect(url.address.password == "p" && url.address.database == 2)
  }

  private static let schemes =
    "Redis URL: it must begin with redis://, rediss://, redis+cluster://, redis+sentinel:// or unix://, or be a path"

  @Test(arguments: [
    ("http://x", schemes),
    ("", schemes),
    ("localhost:6379", schemes),
    ("redis://", "Redis URL: it names no host and port"),
    ("redis://:0", "Redis URL: it names no host and port"),
    ("redis://x:70000", "Redis URL: the port is not a number of the right size"),
    ("redis://x:+1", "Redis URL: the port is not a number of the right size"),
    ("redis://x/one", "Redis URL: the database number is not a number of the right size"),
    ("redis://secret@x", "Redis URL: before @ stands user:password or :password"),
    ("rediss://secret@x", "Redis URL: before @ stands user:password or :password"),
    ("redis://:%zz@x", "Redis URL: % stands before two hexadecimal digits"),
    ("redis://x?db=1", "Redis URL: redis:// takes no options"),
    ("redis://:secret@x,y", "Redis URL: redis:// takes one host; redis+cluster:// takes several"),
    ("redis+cluster://x,,y", "Redis URL: it names no host and port"),
    ("redis+cluster://x/1", "Redis URL: a cluster has the database 0 only"),
    ("redis+cluster://x?db=0", "Redis URL: redis+cluster:// takes no options"),
    ("redis+sentinel://x", "Redis URL: redis+sentinel:// names the master after the hosts: host:26379/mymaster"),
    (
      "redis+sentinel://x/m?password=secret",
      "Redis URL: the options of redis+sentinel:// are sentinel_user and sentinel_password"
    ),
    ("unix://run/x", "Redis URL: the path of a socket begins with /"),
    ("unix:///run/x?password=1", "Redis URL: the only option of a socket is db"),
  ])
  func saysWhatIsWrongAndKeepsSecrets(_ url: String, _ message: String) {
    #expect(throws: CacheError(.configuration, message)) { try RedisURL(url) }
  }

  @Test func refusesSocketPathsThatTheSystemWouldCut() {
    #expect(throws: CacheError(.configuration, "Redis URL: the path of a socket is longer than 107 bytes")) {
      try RedisURL("unix:///" + String(repeating: "x", count: 107))
    }
  }
}
