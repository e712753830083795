/// Who is to compute a value that is missing: see docs/decisions/0010-leases.md.
public enum CacheLease: Sendable, Hashable {
  /// Not asked for, or Redis could not say. Whoever needs the value computes it.
  case unknown
  /// This instance.
  case held
  /// Another instance, which has promised to be quick.
  case elsewhere
  /// Something stands there that is no lease. Whoever needs the value computes it, and gives the lease back.
  case damaged
}

/// On what terms leases are taken: who takes them, and for how long.
struct LeaseTerms: Sendable {
  /// Tells this instance from all others.
  let holder: [UInt8]
  let duration: Duration

  init(duration: Duration) {
    self.duration = duration
    holder = (0..<16).map { _ in Array("0123456789abcdef".utf8)[Int.random(in: 0..<16)] }
  }

  /// The key of a lease names the workspace besides what it is for: no workspace can hold up another one by asking for keys
  /// that name none. The braces put it on the cluster node of the value, so that value and lease change in order (unless the key has
  /// braces of its own, as a trace id may; then they change in either).
  private static func key(for key: CacheKey, workspace: String) -> CacheKey {
    CacheKey(bytes: Array("lease:\(workspace):{".utf8) + key.bytes + "}".utf8)
  }

  /// Takes the lease unless somebody has it, and asks who has it. Each names one key only.
  func commands(for key: CacheKey, workspace: String) -> [RedisCommand] {
    let key = Self.key(for: key, workspace: workspace)
    var take = RedisCommand("SET", key)
    take.append(holder)
    take.append(text: "NX")
    take.append(text: "PX")
    take.append(text: "\(duration.redisMilliseconds)")
    return [take, RedisCommand("GET", key)]
  }

  /// Reads the reply to the second of ``commands(for:workspace:)``.
  func read(holder reply: RedisReply?) -> CacheLease {
    guard let present = reply?.bytes else { return reply?.isWrongType == true ? .damaged : .unknown }
    return present == holder ? .held : .elsewhere
  }

  /// Gives the lease back, unless it has passed to somebody else. One that would never end is ended: it is none of ours.
  func release(_ key: CacheKey, workspace: String) -> RedisCommand {
    var command = RedisCommand("EVAL", Self.releaseScript, "1")
    command.append(Self.key(for: key, workspace: workspace).bytes)
    command.append(holder)
    return command
  }

  private static let releaseScript = """
    if redis.call('TYPE', KEYS[1]).ok ~= 'string' or redis.call('GET', KEYS[1]) == ARGV[1]
      or redis.call('PTTL', KEYS[1]) == -1 then
      return redis.call('UNLINK', KEYS[1])
    end
    return 0
    """
}
