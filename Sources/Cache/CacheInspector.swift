/// Looks at what stands in Redis, for people. Asks much and often; not for requests.
public struct CacheInspector: Sendable {
  private let redis: RedisClient

  public init(redis: RedisClient) {
    self.redis = redis
  }

  /// A value under a key.
  public struct Value: Sendable {
    public let bytes: [UInt8]
    /// Nil for a value that does not expire.
    public let remaining: Duration?
  }

  /// What is cached of one field.
  public struct Field: Sendable {
    public let prefix: String
    public var keys = 0
    public var bytes = 0
    /// How often it was invalidated by itself; 0 for never, otherwise a number that only tells one time from another.
    public var generation: Int64 = 0
  }

  /// What is cached for a workspace.
  public struct Workspace: Sendable {
    /// 0 when there is none, nil when something else than a number stands there.
    public let generation: Int64?
    /// Keys in the index, of which some may have expired since the last was added.
    public var indexed = 0
    /// Whether something else than an index stands in its place.
    public var isIndexDamaged = false
    public var fields: [Field]
  }

  /// One round trip.
  /// - Returns: nil when there is none, or no string.
  public func value(_ key: CacheKey) async throws(CacheError) -> Value? {
    let replies = try await redis.pipeline([RedisCommand("GET", key), RedisCommand("PTTL", key)])
    guard let bytes = replies.first?.bytes, let milliseconds = replies.last?.integer else { return nil }
    return Value(bytes: bytes, remaining: milliseconds < 0 ? nil : .milliseconds(milliseconds))
  }

  /// Two round trips for each 512 keys of the workspace; no other key is looked at.
  public func workspace(_ workspace: String, fields prefixes: [String]) async throws(CacheError) -> Workspace {
    let replies = try await redis.pipeline([
      RedisCommand("GET", .generation(of: workspace)), RedisCommand("HGETALL", .fieldGenerations(of: workspace)),
    ])
    let generations = FieldGenerations(replies.last) ?? .none
    var number: Int64? = replies.first == .null ? 0 : nil
    if case .number(let found, _) = Generation.read(replies.first) { number = found }
    var result = Workspace(
      generation: number,
      fields: prefixes.map { Field(prefix: $0, generation: generations[Array($0.utf8)]) }
    )
    var cursor = "0"
    repeat {
      let scan = WorkspaceIndex(of: workspace).scan(from: cursor, 512)
      let reply = try await redis.pipeline([scan]).first
      result.isIndexDamaged = reply?.isWrongType ?? false
      guard let page = WorkspaceIndex.page(result.isIndexDamaged ? nil : try reply?.value()) else { break }
      cursor = page.cursor
      try await add(page.keys, to: &result)
    } while cursor != "0"
    return result
  }

  private func add(_ keys: [CacheKey], to workspace: inout Workspace) async throws(CacheError) {
    workspace.indexed += keys.count
    let lengths = try await redis.pipeline(keys.map { RedisCommand("STRLEN", $0) })
    for (key, length) in zip(keys, lengths) {
      guard let bytes = length.integer, bytes > 0,
        let field = workspace.fields.firstIndex(where: { key.bytes.starts(with: $0.prefix.utf8) })
      else { continue }
      workspace.fields[field].keys += 1
      workspace.fields[field].bytes += Int(bytes)
    }
  }

  /// Some of what Redis says of itself, by its own names. One round trip.
  public func server() async throws(CacheError) -> [(name: String, value: String)] {
    let text = try await redis.send(RedisCommand("INFO")).text ?? ""
    let wanted: Set<Substring> = [
      "redis_version", "used_memory", "maxmemory", "maxmemory_policy", "connected_clients", "evicted_keys",
      "expired_keys",
      "keyspace_hits", "keyspace_misses", "tracking_clients",
    ]
    return text.split(whereSeparator: \.isNewline).compactMap { line in
      let parts = line.split(separator: ":", maxSplits: 1)
      return parts.count == 2 && wanted.contains(parts[0]) ? (String(parts[0]), String(parts[1])) : nil
    }
  }
}
