import ArgumentParser
import Glibc

/// Where the private servers live; shared by the commands that start them.
struct StackOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Folder that holds the data of the private servers.", valueName: "path"))
  var dataFolder = ".data"

  @Option(help: ArgumentHelp("Loopback port of the private PostgreSQL; 0 picks a free one.", valueName: "port"))
  var postgresPort = 15432

  @Option(help: ArgumentHelp("Loopback port of the private Redis; 0 picks a free one.", valueName: "port"))
  var redisPort = 16379

  @Flag(help: "Load TimescaleDB into the private PostgreSQL; a database has it once it makes the extension.")
  var timescaledb = false
}

struct StackCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stack",
    abstract: "Run a command beside a private PostgreSQL and Redis.",
    discussion: """
      The command finds the servers in TIMESCALE_URL, POSTGRES_URL and REDIS_URL. When it ends, the servers end, and \
      its exit status is ours.
      """
  )

  @OptionGroup var stack: StackOptions

  @Flag(help: "Start empty and force nothing to disk: fast, for data that may be lost.")
  var throwaway = false

  @Flag(help: "Force nothing to disk, but start with what an earlier run has left.")
  var unforced = false

  @Argument(
    parsing: .postTerminator,
    help: ArgumentHelp("The command, after `--`, with its arguments.", valueName: "command")
  )
  var command: [String]

  func validate() throws {
    guard !command.isEmpty else { throw ValidationError("Say the command to run after '--'.") }
    guard !throwaway || !unforced else { throw ValidationError("Give either --throwaway or --unforced.") }
  }

  func run() async throws {
    let options = DevStack.Options(
      postgresPort: stack.postgresPort,
      redisPort: stack.redisPort,
      keeping: throwaway ? .throwaway : unforced ? .unforced : .durable,
      loadsTimescale: stack.timescaledb
    )
    let (command, folder) = (command, try DataFolder(stack.dataFolder))
    let status = try await Interruption.cancelling { _ in
      try await DevStack.running(in: folder, options) { endpoints in
        try await ChildProcess.run(Self.child(command, endpoints))
      }
    }
    throw ExitCode(status.shellStatus)
  }

  private static func child(_ command: [String], _ endpoints: DevStack.Endpoints) -> ChildCommand {
    var environment: [String: String] = [:]
    environment["TIMESCALE_URL"] = endpoints.postgresURL
    environment["POSTGRES_URL"] = endpoints.postgresURL
    environment["REDIS_URL"] = endpoints.redisURL
    return ChildCommand(
      name: command[0],
      executable: command[0],
      arguments: Array(command.dropFirst()),
      environment: environment,
      // It may want the terminal.
      leadsGroup: false
    )
  }
}
