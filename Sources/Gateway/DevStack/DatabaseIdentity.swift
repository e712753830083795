import Glibc

/// Who PostgreSQL's programs run as. They refuse root, rightly: whoever may speak SQL as superuser may run programs.
enum DatabaseIdentity: Sendable {
  /// We are not root.
  case ourselves
  /// We are root, and this account can reach the data folder.
  case account(user: uid_t, group: gid_t)
  /// We are root, and no such account can reach the folder, for example below a private home: the programs run in a
  /// user namespace where root is called by this number, and the files stay root's.
  case mapped(user: uid_t)

  private static let accountName = "postgres"

  /// Finds the identity that can work in `folder`.
  static func choose(for folder: String) async throws -> DatabaseIdentity {
    guard geteuid() == 0 else { return .ourselves }
    if let entry = unsafe getpwnam(accountName) {
      let account = unsafe DatabaseIdentity.account(user: entry.pointee.pw_uid, group: entry.pointee.pw_gid)
      if try await account.reaches(folder) { return account }
    }
    let mapped = DatabaseIdentity.mapped(user: ordinaryUser())
    if try await mapped.reaches(folder) { return mapped }
    throw GatewayFailure(
      "PostgreSQL does not run as root, and no other account can reach '\(folder)': "
        + "open its parent folders to the account '\(accountName)' (chmod o+x), or run as an ordinary user"
    )
  }

  /// An account other than root's that the machine has a name for: initdb looks the name up.
  private static func ordinaryUser() -> uid_t {
    for name in [accountName, "nobody"] {
      if let entry = unsafe getpwnam(name) { return unsafe entry.pointee.pw_uid }
    }
    return 1000
  }

  /// Gives a file or folder to this identity.
  func own(_ path: String) throws {
    guard case .account(let user, let group) = self else { return }
    guard unsafe chown(path, user, group) == 0 else {
      throw GatewayFailure("cannot give '\(path)' to the account '\(Self.accountName)': \(SystemError.text(errno))")
    }
  }

  /// The same command, run as this identity.
  func applied(to command: ChildCommand) throws -> ChildCommand {
    let become: [String]
    switch self {
    case .ourselves: return command
    case .account(let user, let group): become = ["--reuid", "\(user)", "--regid", "\(group)", "--clear-groups"]
    case .mapped: become = []
    }
    var result = command
    // Changing the user clears the parent-death signal (prctl(2)), so it is set again afterwards.
    let setpriv = ["setpriv"] + become + ["--pdeathsig", command.deathSignal]
    let wrapped = setpriv + [try Executable.path(of: command.executable)] + command.arguments
    if case .mapped(let user) = self {
      result.executable = "unshare"
      result.arguments = ["-U", "--map-user=\(user)", "--map-group=\(user)"] + wrapped
    } else {
      result.executable = "setpriv"
      result.arguments = Array(wrapped.dropFirst())
    }
    return result
  }

  private func reaches(_ folder: String) async throws -> Bool {
    let probe = ChildCommand(
      name: "access check",
      executable: "test",
      arguments: ["-x", folder],
      output: .file("/dev/null")
    )
    return try await ChildProcess.run(applied(to: probe)).isSuccess
  }
}
