/// The counters of the invalidations of single fields, in a hash under ``CacheKey/fieldGenerations(of:)``: by what the keys
/// of the field begin with. A missing one reads as 0, and mostly all are missing.
///
/// A value belongs to the sum of its workspace's generation and its field's. Neither ever falls, so a sum that is the same
/// as before says that both are.
final class FieldGenerations: Sendable {
  static let none = FieldGenerations([:])

  private let numbers: [[UInt8]: Int64]

  private init(_ numbers: [[UInt8]: Int64]) {
    self.numbers = numbers
  }

  /// Reads the reply to `HGETALL`; nil when that is damaged or Redis could not say.
  convenience init?(_ reply: RedisReply?) {
    guard case .array(let parts) = reply, parts.count.isMultiple(of: 2) else { return nil }
    var numbers: [[UInt8]: Int64] = [:]
    for index in stride(from: 0, to: parts.count, by: 2) {
      guard let field = parts[index].bytes, let number = parts[index + 1].bytes.flatMap(Generation.number) else {
        return nil
      }
      numbers[field] = number
    }
    self.init(numbers)
  }

  /// Whether the reply tells of something else than Redis's being unable to answer.
  static func isDamage(_ reply: RedisReply?) -> Bool {
    switch reply {
    case .array: true
    case .error(let text): text.hasPrefix("WRONGTYPE")
    default: false
    }
  }

  subscript(prefix: [UInt8]) -> Int64 { numbers.isEmpty ? 0 : numbers[prefix] ?? 0 }

  /// As for ``Generation/raise(_:)``, a missing counter begins at the time.
  static func raise(_ key: CacheKey, _ prefix: String) -> [RedisCommand] {
    var begin = RedisCommand("HSETNX", key)
    begin.append(text: prefix)
    begin.append(text: "\(WallClock.milliseconds)")
    var raise = RedisCommand("HINCRBY", key)
    raise.append(text: prefix)
    raise.append(text: "1")
    return [begin, raise]
  }

  // MARK: In memory

  /// Roughly what the numbers take.
  var cost: Int { numbers.reduce(0) { $0 + $1.key.count + 64 } }
}
