/// The counters of the invalidations of single fields, in a hash under ``CacheKey/fieldGenerations(of:)``: by what the keys
/// of the field begin with. Mostly it holds none but `*`.
///
/// A value belongs to the sum of its workspace's generation, its field's, and the moment at which the hash began, which is in
/// the hash under `*`. None of them ever falls, so a sum that is the same as before says that all are. A hash that Redis has
/// lost begins at a later moment.
final class FieldGenerations: Sendable {
  static let none = FieldGenerations([:])

  private let numbers: [[UInt8]: Int64]
  /// When the hash began, in milliseconds.
  let beginning: Int64

  private init(_ numbers: [[UInt8]: Int64]) {
    beginning = numbers[Array(Self.beginningField.utf8)] ?? 0
    self.numbers = numbers.filter { $0.key != Array(Self.beginningField.utf8) }
  }

  /// Begins the hash where there is none, and asks for it.
  static func reading(_ key: CacheKey) -> [RedisCommand] {
    var begin = RedisCommand("HSETNX", key)
    begin.append(text: beginningField)
    begin.append(text: "\(WallClock.milliseconds)")
    return [begin, RedisCommand("HGETALL", key)]
  }

  /// Reads the reply to the second of ``reading(_:)``; nil when that is damaged, or Redis could not say.
  convenience init?(_ reply: RedisReply?) {
    guard case .array(let parts) = reply, !parts.isEmpty, parts.count.isMultiple(of: 2) else { return nil }
    var numbers: [[UInt8]: Int64] = [:]
    for index in stride(from: 0, to: parts.count, by: 2) {
      guard let field = parts[index].bytes, let number = parts[index + 1].bytes.flatMap(Generation.number) else {
        return nil
      }
      numbers[field] = number
    }
    guard numbers[Array(Self.beginningField.utf8)] != nil else { return nil }
    self.init(numbers)
  }

  /// Whether the reply tells of something else than Redis's being unable to answer, or to begin a hash.
  static func isDamage(_ reply: RedisReply?) -> Bool {
    if case .array(let parts) = reply { !parts.isEmpty } else { reply?.isWrongType ?? false }
  }

  /// Of all counters and the beginning: rises with each of them.
  var sum: Int64 { numbers.values.reduce(beginning, &+) }

  /// 0 for a field that was never invalidated by itself.
  subscript(prefix: [UInt8]) -> Int64 { numbers.isEmpty ? 0 : numbers[prefix] ?? 0 }

  /// Raises the counter of a field; the reply is no integer when something else stands there.
  static func raise(_ key: CacheKey, _ prefix: String) -> RedisCommand {
    var command = RedisCommand("EVAL", raiseScript, "1")
    command.append(key.bytes)
    command.append(text: prefix)
    command.append(text: beginningField)
    return command
  }

  private static let raiseScript =
    Generation.nextNumber + """
      local text = redis.call('HGET', KEYS[1], ARGV[1]) or '0'
      if not isSound(text) then return redis.error_reply('WRONGTYPE no counter') end
      redis.call('HSETNX', KEYS[1], ARGV[2], nextNumber(0))
      redis.call('HSET', KEYS[1], ARGV[1], nextNumber(tonumber(text)))
      return 1
      """

  private static let beginningField = "*"

  // MARK: In memory

  /// Roughly what the numbers take.
  var cost: Int { numbers.reduce(0) { $0 + $1.key.count + 64 } }
}
