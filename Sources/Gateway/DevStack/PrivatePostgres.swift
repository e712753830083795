import Foundation
import Glibc

/// A PostgreSQL cluster of our own, with one database, reached by a socket in a private folder or, with a password,
/// on a loopback port.
struct PrivatePostgres: Sendable {
  private static let oldestVersion = 15
  private static let database = "tracegate"

  private let folder: DataFolder
  private let identity: DatabaseIdentity
  private let programs: String
  private let port: Int
  private let keeping: DevStack.DataKeeping
  private let loadsTimescale: Bool

  /// Ends what is left of an earlier run, makes or mends the cluster, and describes the server to start.
  static func prepare(_ folder: DataFolder, _ options: DevStack.Options) async throws -> PrivateServer {
    try await Leftovers.end("postgres", in: folder.postgres)
    let cluster = PrivatePostgres(
      folder: folder,
      identity: try await .choose(for: folder.path),
      programs: try findPrograms(version: clusterVersion(folder.postgres)),
      port: try LoopbackPort.claim(options.postgresPort, for: "PostgreSQL", setting: "--postgres-port"),
      keeping: options.keeping,
      loadsTimescale: options.loadsTimescale
    )
    if options.loadsTimescale { try cluster.requireTimescale() }
    try await cluster.makeOrMend()
    return try cluster.server()
  }

  // MARK: - The cluster

  private func makeOrMend() async throws {
    let files = FileManager.default
    let made = folder.postgres + ".new"
    if keeping == .throwaway, files.fileExists(atPath: folder.postgres) { try files.removeItem(atPath: folder.postgres) }
    if files.fileExists(atPath: made) {
      Terminal.say("removing a PostgreSQL cluster that an interrupted start had half made")
      try files.removeItem(atPath: made)
    }
    if files.fileExists(atPath: folder.postgres), !isWhole {
      let aside = folder.postgres + ".broken-\(Int(Date().timeIntervalSince1970))"
      try files.moveItem(atPath: folder.postgres, toPath: aside)
      Terminal.say("the PostgreSQL cluster was incomplete; moved it to '\(aside)' and making a new one")
    }
    if !files.fileExists(atPath: folder.postgres) { try await make(at: made) }
    try identity.own(folder.run)
    guard unsafe chmod(folder.run, 0o700) == 0 else {
      throw GatewayFailure("cannot close '\(folder.run)' to others: \(SystemError.text(errno))")
    }
    try removeStaleFiles()
  }

  /// initdb writes these files; one that is missing means that somebody removed it, or a disk lost it.
  private var isWhole: Bool {
    ["PG_VERSION", "global/pg_control", "pg_hba.conf", passwordFile].allSatisfy {
      FileManager.default.fileExists(atPath: "\(folder.postgres)/\($0)")
    }
  }

  /// Makes the cluster beside its place and renames it when it is whole, so that no moment of being killed leaves half
  /// a cluster in the place.
  private func make(at path: String) async throws {
    Terminal.say("making a PostgreSQL cluster in '\(folder.postgres)'")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    try identity.own(path)
    let password = "\(folder.path)/\(passwordFile)"
    _ = try SecretFile.make(at: password, bytes: 16)
    try identity.own(password)
    try await run(
      "initdb",
      [
        "-D", path, "-U", "postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync",
        "--auth-local=trust", "--auth-host=scram-sha-256", "--pwfile", password,
      ]
    )
    try FileManager.default.moveItem(atPath: password, toPath: "\(path)/\(passwordFile)")
    try await run(
      "postgres",
      ["--single", "-D", path, "postgres"],
      input: "CREATE DATABASE \(Self.database);\n"
    )
    try FileManager.default.moveItem(atPath: path, toPath: folder.postgres)
  }

  private var passwordFile: String { "tracegate.password" }

  /// Nothing runs in the folder by now, so these say nothing true; their process numbers may be somebody else's today,
  /// and PostgreSQL would take that one for itself.
  private func removeStaleFiles() throws {
    let sockets = try FileManager.default.contentsOfDirectory(atPath: folder.run)
    let stale = [folder.postgres + "/postmaster.pid"] + sockets.map { "\(folder.run)/\($0)" }
    let found = stale.filter { FileManager.default.fileExists(atPath: $0) }
    guard !found.isEmpty else { return }
    Terminal.say("removing the pid file and sockets of a PostgreSQL that was killed")
    for file in found { try FileManager.default.removeItem(atPath: file) }
  }

  private func run(_ program: String, _ arguments: [String], input: String? = nil) async throws {
    let command = ChildCommand(
      name: program,
      executable: "\(programs)/\(program)",
      arguments: arguments,
      environment: ["LC_ALL": "C"],
      input: input,
      output: .file(folder.postgresLog)
    )
    let status = try await ChildProcess.run(identity.applied(to: command))
    guard status.isSuccess else {
      throw GatewayFailure("\(program) failed (\(status)); see \(folder.postgresLog)")
    }
  }

  // MARK: - The programs

  /// The version of an existing cluster, which only programs of that version can run; `nil` when there is none.
  private static func clusterVersion(_ path: String) -> Int? {
    (try? String(contentsOfFile: path + "/PG_VERSION", encoding: .utf8))
      .flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
  }

  /// The folder with `postgres` and `initdb`. Debian keeps them off the PATH, one folder a version.
  private static func findPrograms(version: Int?) throws -> String {
    let root = "/usr/lib/postgresql"
    let versions = ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).compactMap { Int($0) }
      .filter { unsafe access("\(root)/\($0)/bin/initdb", X_OK) == 0 }
    if let version {
      guard versions.contains(version) else {
        throw GatewayFailure(
          "the PostgreSQL cluster in the data folder is of version \(version), which is not installed: "
            + "install postgresql-\(version), or move the cluster away to start with a new one"
        )
      }
      return "\(root)/\(version)/bin"
    }
    guard let newest = versions.max(), newest >= oldestVersion else {
      throw GatewayFailure(
        "PostgreSQL \(oldestVersion) or newer was not found in \(root); "
          + "install it (apt-get install postgresql-\(oldestVersion))"
      )
    }
    return "\(root)/\(newest)/bin"
  }

  private func requireTimescale() throws {
    let library = "\(programs)/../lib/timescaledb.so"
    guard FileManager.default.fileExists(atPath: library) else {
      let version = URL(fileURLWithPath: programs).deletingLastPathComponent().lastPathComponent
      throw GatewayFailure(
        "TimescaleDB for PostgreSQL \(version) is not installed "
          + "(apt-get install postgresql-\(version)-timescaledb)"
      )
    }
  }

  // MARK: - The server

  private func server() throws -> PrivateServer {
    // unix(7): sun_path has 108 bytes, one of them the final zero. Clients of ours come over TCP in any case; the
    // socket is for a person with psql, who needs no password there.
    let hasSocket = "\(folder.run)/.s.PGSQL.\(port)".utf8.count < 108
    var settings = [
      "listen_addresses=127.0.0.1", "port=\(port)", "max_connections=\(keeping == .durable ? 200 : 600)",
      "unix_socket_directories=\(hasSocket ? "\"\(folder.run)\"" : "")",
      "shared_buffers=256MB", "jit=off", "timezone=UTC", "log_timezone=UTC", "lc_messages=C",
    ]
    if loadsTimescale { settings += ["shared_preload_libraries=timescaledb", "timescaledb.telemetry_level=off"] }
    if keeping != .durable { settings += ["fsync=off", "synchronous_commit=off", "full_page_writes=off"] }

    let command = ChildCommand(
      name: "PostgreSQL",
      executable: "\(programs)/postgres",
      arguments: ["-D", folder.postgres] + settings.flatMap { ["-c", $0] },
      output: .file(folder.postgresLog),
      // Fast shutdown. SIGTERM would wait for clients to leave.
      deathSignal: "INT"
    )
    let statusFile = folder.postgres + "/postmaster.pid"
    return PrivateServer(
      command: try identity.applied(to: command),
      log: folder.postgresLog,
      stopSignals: [SIGINT, SIGQUIT],
      isReady: { Self.saysReady(statusFile, process: $0) },
      url: "postgresql://postgres:\(try password())@127.0.0.1:\(port)/\(Self.database)"
    )
  }

  private func password() throws -> String {
    let file = "\(folder.postgres)/\(passwordFile)"
    guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
      throw GatewayFailure("cannot read '\(file)'")
    }
    return text
  }

  /// pg_ctl's own criterion: the first line is the server's process number, the eighth its state.
  private static func saysReady(_ file: String, process: pid_t) -> Bool {
    guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { return false }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.count > 7 && lines[0] == "\(process)" && lines[7].hasPrefix("ready")
  }
}
