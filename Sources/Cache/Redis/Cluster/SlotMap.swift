/// Which primary of a cluster holds which slots, as far as we have been told.
struct SlotMap: Sendable, Equatable {
  typealias Endpoint = RedisAddress.Endpoint

  /// Those that hold slots.
  private(set) var primaries: [Endpoint] = []
  /// For each slot the place of its primary in ``primaries``; nil while nobody holds it.
  private var owners = [UInt16?](repeating: nil, count: KeySlot.count)

  init() {}

  /// Reads the reply to `CLUSTER SLOTS`: `[first, last, [host, port, …], replica…]…`.
  /// - Parameter asked: the node that answered. It leaves its own host out when it does not know it.
  /// - Throws: `protocolViolation`, or `refused` by a server that is no cluster.
  init(_ reply: RedisReply, asked: Endpoint) throws(CacheError) {
    guard case .array(let ranges) = try reply.value() else { throw Self.nonsense }
    for range in ranges {
      guard case .array(let parts) = range, parts.count >= 3,
        let first = parts[0].integer, let last = parts[1].integer,
        first >= 0, first <= last, last < KeySlot.count,
        case .array(let node) = parts[2], node.count >= 2, let port = node[1].integer, (1...65_535).contains(port)
      else { throw Self.nonsense }
      let owner = place(of: Self.endpoint(host: node[0].text ?? "", port: Int(port), asked: asked))
      for slot in Int(first)...Int(last) { owners[slot] = owner }
    }
  }

  private static let nonsense = CacheError(.protocolViolation, "Redis described its cluster in no known way")

  /// An empty host, or `?`, stands for the one that was asked.
  static func endpoint(host: String, port: Int, asked: Endpoint) -> Endpoint {
    if host.isEmpty || host == "?", case .tcp(let known, _) = asked { return .tcp(host: known, port: port) }
    return .tcp(host: host, port: port)
  }

  func owner(of slot: Int) -> Endpoint? {
    owners[slot].map { primaries[Int($0)] }
  }

  /// A node has said that a slot is elsewhere now.
  mutating func move(_ slot: Int, to endpoint: Endpoint) {
    owners[slot] = place(of: endpoint)
  }

  private mutating func place(of endpoint: Endpoint) -> UInt16 {
    if let known = primaries.firstIndex(of: endpoint) { return UInt16(known) }
    primaries.append(endpoint)
    return UInt16(primaries.count - 1)
  }
}
