/// The keys of a workspace's values, in a sorted set under ``CacheKey/index(of:)``: by when they expire, in milliseconds of the
/// wall clock.
struct WorkspaceIndex {
  let key: CacheKey

  init(of workspace: String) {
    key = .index(of: workspace)
  }

  // MARK: Entering keys

  /// Keys that enter the index.
  struct Additions {
    static let commandCount = 3

    let index: WorkspaceIndex
    /// When the index expires, in milliseconds from now.
    let lifetime: Int64
    /// Without expiry: values that never do.
    var keys: [(key: CacheKey, expiry: WallClock.Milliseconds?)] = []

    /// Adds the keys, forgets those that have expired a second ago or longer, and lets the whole expire.
    var commands: [RedisCommand] {
      var add = RedisCommand("ZADD", index.key)
      for (key, expiry) in keys {
        add.append(text: expiry.map(String.init) ?? "+inf")
        add.append(key.bytes)
      }
      var forget = RedisCommand("ZREMRANGEBYSCORE", index.key)
      forget.append(text: "-inf")
      forget.append(text: "\(WallClock.milliseconds - 1000)")
      var expire = RedisCommand("PEXPIRE", index.key)
      expire.append(text: "\(lifetime)")
      return [add, forget, expire]
    }
  }

  // MARK: Going through it

  /// Takes out as many keys as that, those that expire first.
  func pop(_ count: Int) -> RedisCommand {
    var pop = RedisCommand("ZPOPMIN", key)
    pop.append(text: "\(count)")
    return pop
  }

  /// Asks for some keys, about as many as that, and for the cursor of the next ones.
  func scan(from cursor: String, _ count: Int) -> RedisCommand {
    var scan = RedisCommand("ZSCAN", key)
    for word in [cursor, "COUNT", "\(count)"] { scan.append(text: word) }
    return scan
  }

  /// Reads the reply to ``scan(from:_:)``; nil when it is none.
  static func page(_ reply: RedisReply?) -> (keys: [CacheKey], cursor: String)? {
    guard case .array(let parts) = reply, parts.count == 2, let cursor = parts[0].text, let keys = keys(parts[1]) else {
      return nil
    }
    return (keys, cursor)
  }

  /// Reads keys with their scores between them, as in the reply to ``pop(_:)``; nil when it is something else.
  static func keys(_ reply: RedisReply?) -> [CacheKey]? {
    guard case .array(let parts) = reply else { return nil }
    return stride(from: 0, to: parts.count, by: 2).compactMap { parts[$0].bytes }.map(CacheKey.init(bytes:))
  }

  func forget(_ keys: [CacheKey]) -> RedisCommand {
    var forget = RedisCommand("ZREM", key)
    for key in keys { forget.append(key.bytes) }
    return forget
  }
}
