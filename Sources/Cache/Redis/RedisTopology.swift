/// How the servers behind one URL belong together.
public enum RedisTopology: Sendable, Hashable {
  /// One server.
  case single
  /// Redis Cluster, whose nodes these know (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/).
  case cluster(seeds: [RedisAddress.Endpoint])
  /// A server with replicas, of which Sentinels say who is the master.
  case sentinel(SentinelGroup)
}

/// The Sentinels that watch over one master (https://redis.io/docs/latest/develop/reference/sentinel-clients/).
public struct SentinelGroup: Sendable, Hashable {
  public var sentinels: [RedisAddress.Endpoint]
  /// The name of the master, as the Sentinels know it.
  public var master: String
  /// For the Sentinels themselves, which may have a login of their own.
  public var user: String?
  public var password: String?

  public init(sentinels: [RedisAddress.Endpoint], master: String) {
    self.sentinels = sentinels
    self.master = master
  }
}
