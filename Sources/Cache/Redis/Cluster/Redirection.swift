/// What a node of a cluster answers when it cannot do a command itself ("Redirection and resharding" of the
/// specification).
enum Redirection: Equatable {
  /// The slot is elsewhere, from now on.
  case moved(slot: Int, to: RedisAddress.Endpoint)
  /// The slot is being moved, and this key is there already: this command shall be repeated there, after `ASKING`.
  case ask(to: RedisAddress.Endpoint)
  /// In a moment it may be possible: keys are being moved, or the cluster is without a primary for the slot.
  case later

  /// Nil when it is an answer like any other.
  /// - Parameter asked: the node that has answered.
  init?(_ reply: RedisReply, asked: RedisAddress.Endpoint) {
    guard case .error(let text) = reply else { return nil }
    let words = text.split(separator: " ", maxSplits: 3)
    switch words.first {
    case "MOVED":
      guard words.count >= 3, let slot = Int(words[1]), (0..<KeySlot.count).contains(slot),
        let endpoint = Self.endpoint(words[2], asked)
      else { return nil }
      self = .moved(slot: slot, to: endpoint)
    case "ASK":
      guard words.count >= 3, let endpoint = Self.endpoint(words[2], asked) else { return nil }
      self = .ask(to: endpoint)
    case "TRYAGAIN", "CLUSTERDOWN", "MASTERDOWN", "LOADING": self = .later
    default: return nil
    }
  }

  /// `host:port`, where an IPv6 address has no brackets and the host may be missing.
  private static func endpoint(_ text: Substring, _ asked: RedisAddress.Endpoint) -> RedisAddress.Endpoint? {
    guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
      (1...65_535).contains(port)
    else { return nil }
    return SlotMap.endpoint(host: String(text[..<colon]), port: port, asked: asked)
  }
}
