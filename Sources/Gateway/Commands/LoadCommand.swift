import ArgumentParser
import Ingest
import Server

struct LoadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "load",
    abstract: "Load traces from a file of JSON lines.",
    discussion: """
      Each line is one trace in JSON; docs/loading.md has its fields. Lines that cannot be accepted are reported with their \
      number and reason, and the others are kept; the exit status is 1 then. A trace that is there already is left \
      alone, so a load that was interrupted can be repeated.
      """
  )

  @Argument(help: "Path of the file, plain or gzip; '-' is standard input.")
  var file: String

  @Option(help: ArgumentHelp("The workspace that the traces belong to.", valueName: "uuid"))
  var workspace: String

  @OptionGroup var settings: SettingsOptions

  func run() async throws {
    guard let workspace = UUIDBytes(workspace) else {
      throw GatewayFailure("--workspace takes a UUID, not '\(workspace)'")
    }
    let configuration = try settings.configuration()
    let file = file
    let report = try await Interruption.cancelling { _ in
      try await Self.load(file, into: workspace, configuration)
    }
    for rejection in report.rejected { Terminal.say("\(rejection)") }
    if report.rejectedCount > report.rejected.count {
      Terminal.say("… and \(report.rejectedCount - report.rejected.count) more lines")
    }
    print(
      "\(report.accepted) traces loaded, \(report.duplicates) known already, \(report.rejectedCount) lines rejected."
    )
    if let failure = report.failure { throw GatewayFailure("\(file): \(failure); what came before is kept") }
    if report.rejectedCount > 0 { throw ExitCode(1) }
  }

  private static func load(
    _ file: String,
    into workspace: UUIDBytes,
    _ configuration: GatewayConfiguration
  ) async throws -> LoadReport {
    let logger = Log.make(configuration)
    return try await Databases.opened(configuration, logger: logger) { databases in
      try await databases.requireSchema(logger)
      if !(await databases.knows(workspace)) {
        Terminal.say(
          "no account has the workspace \(workspace); its traces are seen through the internal listener only"
        )
      }
      return try await CacheInvalidation.running(configuration, logger: logger) { caches in
        let bar = ProgressBar("loading")
        defer { bar.clear() }
        let loader = TraceLoader(
          writer: TraceWriter(pool: databases.telemetry),
          workspace: workspace,
          prices: try await PriceTable.read(from: databases.telemetry)
        )
        return try await loader.load(file: file) { progress in
          caches.wrote(to: workspace)
          let fraction = progress.totalBytes.map { Double(progress.bytesRead) / Double(max($0, 1)) }
          bar.show(fraction, "\(progress.report.accepted) traces")
        }
      }
    }
  }
}
