extension RedisCommand {
  private enum KeyPosition {
    /// Any node will do.
    case none
    case argument(Int)
    /// After the word `STREAMS`.
    case afterStreams
    /// After the number of keys.
    case counted
  }

  /// The key that decides which node of a cluster the command belongs to; nil when any will do.
  var routingKey: ArraySlice<UInt8>? {
    switch keyPosition {
    case .none: nil
    case .argument(let index): argument(index)
    case .counted: argument(2).flatMap { $0 == [UInt8(ascii: "0")] ? nil : argument(3) }
    case .afterStreams:
      (1..<argumentCount).first { argument($0).map(Self.isStreams) ?? false }.flatMap { argument($0 + 1) }
    }
  }

  private var keyPosition: KeyPosition {
    guard let name = argument(0) else { return .none }
    return Self.exceptions[String(decoding: name, as: UTF8.self)] ?? .argument(1)
  }

  private static func isStreams(_ word: ArraySlice<UInt8>) -> Bool {
    word.count == 7 && String(decoding: word, as: UTF8.self).uppercased() == "STREAMS"
  }

  /// All other commands have their key first.
  private static let exceptions: [String: KeyPosition] = {
    var positions: [String: KeyPosition] = [:]
    let keyless = [
      "ACL", "CLIENT", "CLUSTER", "COMMAND", "CONFIG", "DBSIZE", "ECHO", "FLUSHALL", "FLUSHDB", "INFO", "KEYS",
      "LATENCY",
      "PING", "PUBLISH", "RANDOMKEY", "ROLE", "SCAN", "SCRIPT", "SLOWLOG", "TIME", "WAIT",
    ]
    for name in keyless { positions[name] = KeyPosition.none }
    for name in ["EVAL", "EVALSHA", "EVAL_RO", "EVALSHA_RO", "FCALL", "FCALL_RO"] { positions[name] = .counted }
    for name in ["MEMORY", "OBJECT", "XGROUP", "XINFO"] { positions[name] = .argument(2) }
    for name in ["XREAD", "XREADGROUP"] { positions[name] = .afterStreams }
    return positions
  }()
}
