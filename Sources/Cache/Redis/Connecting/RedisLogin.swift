/// What is said to a server first, and whether its answers will do.
///
/// AUTH and SELECT as needed, the name under which `CLIENT LIST` shows us, ROLE where it must be a master, and PING, so
/// that a server that accepts but does not answer is found out here.
struct RedisLogin {
  private enum Step {
    case authenticate, name, select, role, ping
  }

  private let address: RedisAddress
  private var steps: ArraySlice<Step>
  let commands: [RedisCommand]

  /// - Parameter demandsMaster: a replica will not do.
  init(_ address: RedisAddress, clientName: String, demandsMaster: Bool) {
    self.address = address
    var steps: [Step] = []
    var commands: [RedisCommand] = []
    func add(_ step: Step, _ command: RedisCommand) {
      steps.append(step)
      commands.append(command)
    }
    if let password = address.password {
      var command = RedisCommand("AUTH")
      if let user = address.user { command.append(text: user) }
      command.append(text: password)
      add(.authenticate, command)
    }
    if !clientName.isEmpty { add(.name, RedisCommand("CLIENT", "SETNAME", clientName)) }
    if address.database != 0 { add(.select, RedisCommand("SELECT", "\(address.database)")) }
    if demandsMaster { add(.role, RedisCommand("ROLE")) }
    add(.ping, RedisCommand("PING"))
    self.steps = steps[...]
    self.commands = commands
  }

  /// Takes the next answer.
  /// - Returns: whether that was the last one.
  /// - Throws: `refused`, with what would be right in the detail.
  mutating func take(_ reply: RedisReply) throws(CacheError) -> Bool {
    guard let step = steps.popFirst() else {
      throw CacheError(.protocolViolation, "Redis sent a reply that nobody asked for")
    }
    switch (step, reply) {
    // A name is for people who look; a user may be forbidden to have one.
    case (.name, .error): break
    case (_, .error(let text)):
      let who = address.user.map { " as user '\($0)'" } ?? ""
      throw CacheError(
        .refused,
        "Redis refused the login",
        detail: "\(address.place)\(who): \(text)\(advice(step, text))"
      )
    case (.role, .array(let parts)) where parts.first?.text != "master":
      throw CacheError(
        .unavailable,
        "Redis is a replica",
        detail: "\(address.place) is no master (\(parts.first?.text ?? "?")); the Sentinels are asked again"
      )
    default: break
    }
    return steps.isEmpty
  }

  private func advice(_ step: Step, _ text: String) -> String {
    switch (step, text.prefix { $0 != " " }) {
    case (.authenticate, "WRONGPASS"): "; check user and password in the URL"
    case (.authenticate, "ERR") where text.contains("without any password"):
      "; this server has no password: leave it out of the URL"
    case (_, "NOAUTH"): "; put the password into the URL: redis://:password@host"
    case (_, "NOPERM"): "; give the user this right with ACL SETUSER, or use another user"
    case (.select, _) where text.contains("cluster"): "; a cluster has the database 0 only: redis+cluster://"
    case (.select, _): "; choose a lower database number in the URL, or raise `databases` of the server"
    default: ""
    }
  }
}
