/// The counter of a workspace's invalidations as it stands in Redis under ``CacheKey/generation(of:)``: a decimal number
/// of at most 15 digits; scripts raise those of 14, and replace a longer one.
///
/// An invalidation sets it to the time in milliseconds by the clock of Redis, or to one more than it was where that is more,
/// and who finds none begins it at the time. So no number comes back that was in use before Redis lost the counter.
///
/// Redis is shared, so anything may stand there. What is no such number is damage: no value can be judged by it, and it is
/// replaced by the time.
enum Generation {
  /// What Redis said under the key.
  enum Reading: Equatable {
    /// The number, with its text.
    case number(Int64, text: [UInt8])
    /// Something else stands there.
    case damaged
    /// Redis could not say: it is away, or it is full and the counter lost.
    case unknown
  }

  /// Begins the counter where there is none, and asks for it.
  static func reading(_ key: CacheKey) -> [RedisCommand] {
    var begin = RedisCommand("SET", key)
    begin.append(text: "\(WallClock.milliseconds)")
    begin.append(text: "NX")
    return [begin, RedisCommand("GET", key)]
  }

  /// Reads the reply to the second of ``reading(_:)``.
  static func read(_ reply: RedisReply?) -> Reading {
    switch reply {
    case .string(let text): number(text).map { .number($0, text: text) } ?? .damaged
    case .some(let reply) where reply.isWrongType: .damaged
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

  /// Raises the counter, and puts the time in the place of damage.
  static func raise(_ key: CacheKey) -> RedisCommand {
    var command = RedisCommand("EVAL", raiseScript, "1")
    command.append(key.bytes)
    return command
  }

  /// The reply to ``raise(_:)``: whether there was damage; nil when the counter was not raised.
  static func wasDamaged(_ reply: RedisReply?) -> Bool? {
    reply?.integer.map { $0 != 0 }
  }

  private static let raiseScript =
    nextNumber + """
      local kind = redis.call('TYPE', KEYS[1]).ok
      local text = kind == 'string' and redis.call('GET', KEYS[1]) or '0'
      local number = tonumber(text)
      local sound = (kind == 'string' or kind == 'none') and isSound(text)
      redis.call('SET', KEYS[1], nextNumber(sound and number or 0))
      return sound and 0 or 1
      """

  /// For scripts: what a counter is raised to, and whether a text is a counter.
  static let nextNumber = """
    local function nextNumber(number)
      local time = redis.call('TIME')
      return string.format('%.0f', math.max(time[1] * 1000 + math.floor(time[2] / 1000), number + 1))
    end
    local function isSound(text)
      return #text < 15 and (text == '0' or string.match(text, '^[1-9]%d*$'))
    end

    """

  private static let maximumDigits = 15
}
