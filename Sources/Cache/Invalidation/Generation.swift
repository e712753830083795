/// The counter of a workspace's invalidations as it stands in Redis under ``CacheKey/generation(of:)``: a decimal number
/// of at most 18 digits. A missing one reads as 0.
///
/// Redis is shared, so anything may stand there. What is no such number is damage: no value can be judged by it, and it is
/// replaced by a number that was not in use before.
enum Generation {
  /// What Redis said under the key.
  enum Reading: Equatable {
    /// The number, with its text.
    case number(Int64, text: [UInt8])
    /// Something else stands there.
    case damaged
    /// Redis could not say.
    case unknown
  }

  /// Reads the reply to `GET`.
  static func read(_ reply: RedisReply?) -> Reading {
    switch reply {
    case .null: .number(0, text: Array("0".utf8))
    case .string(let text): number(text).map { .number($0, text: text) } ?? .damaged
    case .error(let text) where text.hasPrefix("WRONGTYPE"): .damaged
    default: .unknown
    }
  }

  /// Digits only, written as Redis writes a number it counts with.
  static func number(_ text: [UInt8]) -> Int64? {
    guard !text.isEmpty, text.count <= maximumDigits, text.count == 1 || text[0] != UInt8(ascii: "0") else {
      return nil
    }
    var number: Int64 = 0
    for byte in text {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      number = number * 10 + Int64(byte - UInt8(ascii: "0"))
    }
    return number
  }

  /// A counter that Redis has evicted must not begin again at numbers that were in use, so a missing one begins at the
  /// time in milliseconds, which no counter raised less than a thousand times a second reaches.
  static func raise(_ key: CacheKey) -> [RedisCommand] {
    var begin = RedisCommand("SET", key)
    begin.append(text: "\(WallClock.milliseconds)")
    begin.append(text: "NX")
    return [begin, RedisCommand("INCR", key)]
  }

  /// Whether the replies to ``raise(_:)`` say that the counter was raised to a number that can be read.
  static func isRaised(_ replies: ArraySlice<RedisReply>) -> Bool {
    if case .integer(let number) = replies.last { (1..<limit).contains(number) } else { false }
  }

  /// Puts a number that was not in use in the place of damage; adds `raise` to a counter that is sound. Decided in Redis, so
  /// that of two who repair at once the second one counts on from what the first one has put there.
  static func repair(_ key: CacheKey, raise: Int) -> RedisCommand {
    var command = RedisCommand("EVAL", repairScript, "1")
    command.append(key.bytes)
    command.append(text: "\(WallClock.milliseconds)")
    command.append(text: "\(raise)")
    return command
  }

  private static let repairScript = """
    if redis.call('TYPE', KEYS[1]).ok == 'string' then
      local text = redis.call('GET', KEYS[1])
      if #text < 18 and (text == '0' or string.match(text, '^[1-9]%d*$')) then
        return redis.call('INCRBY', KEYS[1], ARGV[2])
      end
    end
    redis.call('SET', KEYS[1], ARGV[1])
    return ARGV[1]
    """

  private static let maximumDigits = 18
  /// The first number that is too long.
  private static let limit: Int64 = 1_000_000_000_000_000_000
}
