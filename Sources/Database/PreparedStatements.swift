/// What goes out for a batch, in this order; one reply of the server each.
enum PipelineCommand: Sendable, Hashable {
  /// Makes room for another statement.
  case deallocate(serverName: String)
  case prepare(serverName: String, text: String, name: String)
  /// `prepared` is the name's position among this batch's `.prepare` commands, nil when the statement was there
  /// already.
  case execute(serverName: String, query: Int, prepared: Int?)
}

/// Which statements one connection has prepared, under which names. Bounded by number and by the bytes of their texts, as the
/// server keeps texts and plans: the least recently used go first.
struct PreparedStatements: Sendable {
  private struct Entry: Sendable {
    var text: String
    var serverName: String
    var lastBatch: Int
    /// The position among the `.prepare` commands of batch `lastBatch`, as long as the server has not confirmed it.
    var pending: Int?
  }

  let capacity: Int
  let byteCapacity: Int
  private(set) var bytes = 0
  private var entries: [String: Entry] = [:]
  private var namesGiven = 0
  private var batch = 0

  init(capacity: Int = 256, byteCapacity: Int = 1 << 20) {
    self.capacity = capacity
    self.byteCapacity = byteCapacity
  }

  var count: Int { entries.count }

  /// The commands that run the queries: what is missing is prepared in the same batch, once.
  mutating func plan(_ statements: [SQLStatement]) -> [PipelineCommand] {
    batch += 1
    var commands: [PipelineCommand] = []
    commands.reserveCapacity(statements.count)
    var prepares = 0
    for (index, statement) in statements.enumerated() {
      if var entry = entries[statement.name], entry.text == statement.text {
        entry.lastBatch = batch
        entries[statement.name] = entry
        commands.append(.execute(serverName: entry.serverName, query: index, prepared: entry.pending))
        continue
      }
      makeRoom(for: statement, &commands)
      let serverName = newServerName(statement.name)
      bytes += statement.text.utf8.count
      entries[statement.name] = Entry(text: statement.text, serverName: serverName, lastBatch: batch, pending: prepares)
      commands.append(.prepare(serverName: serverName, text: statement.text, name: statement.name))
      commands.append(.execute(serverName: serverName, query: index, prepared: prepares))
      prepares += 1
    }
    return commands
  }

  /// The server has the statement now, under that name of its own.
  mutating func confirm(_ name: String, serverName: String) {
    if entries[name]?.serverName == serverName { entries[name]?.pending = nil }
  }

  /// The server does not have the statement, or what it has no longer fits: the next use prepares it afresh under a new
  /// name.
  mutating func forget(_ name: String) {
    remove(name)
  }

  /// A batch has ended: what was not confirmed was not prepared.
  mutating func forgetUnconfirmed(among names: [String]) {
    for name in names where entries[name]?.pending != nil { remove(name) }
  }

  /// A statement of this very batch is never dropped: its execution follows. So a batch of more statements than fit
  /// overflows for a while.
  private mutating func makeRoom(for statement: SQLStatement, _ commands: inout [PipelineCommand]) {
    // Unconfirmed and replaced within one batch: the deallocation still comes after the preparation and the use.
    if let replaced = remove(statement.name) { commands.append(.deallocate(serverName: replaced.serverName)) }
    while entries.count >= capacity || bytes + statement.text.utf8.count > byteCapacity,
      let oldest = entries.filter({ $0.value.lastBatch < batch }).min(by: { $0.value.lastBatch < $1.value.lastBatch })
    {
      remove(oldest.key)
      commands.append(.deallocate(serverName: oldest.value.serverName))
    }
  }

  @discardableResult
  private mutating func remove(_ name: String) -> Entry? {
    guard let entry = entries.removeValue(forKey: name) else { return nil }
    bytes -= entry.text.utf8.count
    return entry
  }

  /// Unique on the connection for good, and short: the server compares only the first 63 bytes of a name.
  private mutating func newServerName(_ name: String) -> String {
    namesGiven += 1
    return String(
      name.unicodeScalars.prefix(32).map { $0.isASCII && $0.value > 32 && $0 != "\"" ? Character($0) : "_" }
    )
      + "~\(namesGiven)"
  }
}
