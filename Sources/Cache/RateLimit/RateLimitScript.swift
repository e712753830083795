/// ``RateMeter`` in Redis: one script, one key, Redis's own clock.
enum RateLimitScript {
  /// `KEYS[1]` holds the moment at which everything is there again, in microseconds since 1970. One that lies too far
  /// ahead, by a clock that was set back or by somebody else's hand, is corrected.
  static let text = """
    local interval, limit, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
    local time = redis.call('TIME')
    local now = time[1] * 1000000 + time[2]
    local all = interval * limit
    local found = (tonumber(redis.call('GET', KEYS[1])) or now) - now
    local used = math.max(0, math.min(found, all))
    local free = math.floor((all - used) / interval)
    local granted = math.min(wanted, free)
    if granted > 0 or found > all then
      used = used + granted * interval
      redis.call('SET', KEYS[1], string.format('%.0f', now + used), 'PX', math.ceil(used / 1000))
    end
    return {granted, free - granted, used, math.max(0, used - all + interval)}
    """

  /// Of the text, as `SCRIPT LOAD` says it.
  static let digest = "3fdd5610c26b3b0e19e39482473ce67ebc0f3d48"

  /// The key is one hash tag, so that whatever else is kept of a workspace's limits can be with it.
  static func key(_ name: String) -> String { "ratelimit:{\(name)}" }

  /// Asks Redis to run the script that it has, or to take it as well.
  static func command(_ name: String, _ policy: RateLimitPolicy, wanted: Int, withText: Bool) -> RedisCommand {
    var command =
      withText ? RedisCommand("EVAL", text, "1", key(name)) : RedisCommand("EVALSHA", digest, "1", key(name))
    for number in [policy.interval, Int64(policy.limit), Int64(wanted)] { command.append(text: "\(number)") }
    return command
  }

  /// Whether Redis has forgotten the script, as it does when it starts.
  static func isUnknown(_ reply: RedisReply) -> Bool {
    if case .error(let text) = reply { text.hasPrefix("NOSCRIPT") } else { false }
  }

  /// - Throws: `refused` or `protocolViolation`.
  static func reading(_ reply: RedisReply) throws(CacheError) -> RateMeter.Reading {
    guard case .array(let parts) = try reply.value(), parts.count == 4,
      let granted = parts[0].integer, let remaining = parts[1].integer, let reset = parts[2].integer,
      let retry = parts[3].integer, granted >= 0, remaining >= 0, reset >= 0, retry >= 0
    else { throw CacheError(.protocolViolation, "Redis did not count requests in the known way") }
    return RateMeter.Reading(
      granted: Int(granted),
      remaining: Int(remaining),
      resetAfter: .microseconds(reset),
      retryAfter: .microseconds(retry)
    )
  }
}
