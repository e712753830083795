import ArgumentParser
import Ingest
import Server

struct RebuildRollupsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rebuild-rollups",
    abstract: "Hold the rollups against the traces, and make anew what differs.",
    discussion: """
      Works day by day of each workspace, each day in one transaction: a run that is interrupted can be repeated, and \
      finds only what is still wrong. While a day is repaired, writers wait; comparing holds nobody back. Days whose \
      traces are gone (TRACE_RETENTION_DAYS) are left alone.
      """
  )

  @Flag(help: "Only compare; the exit status is 1 when something differs.")
  var check = false

  @OptionGroup var settings: SettingsOptions

  func run() async throws {
    let configuration = try settings.configuration()
    let check = check
    let report = try await Interruption.cancelling { _ in
      let logger = Log.make(configuration)
      return try await Databases.opened(configuration, logger: logger) { databases in
        try await databases.requireSchema(logger)
        return try await CacheInvalidation.running(configuration, logger: logger) { caches in
          let bar = ProgressBar(check ? "comparing" : "rebuilding")
          defer { bar.clear() }
          return try await RollupRebuild(pool: databases.telemetry).run(repairing: !check) { progress in
            // After each day: a run that is ended finds these days equal the next time.
            for workspace in progress.repaired { caches.wrote(to: workspace) }
            bar.show(nil, "\(progress.days) days, \(progress.differing) differ")
          }
        }
      }
    }
    let outcome = report.differing == 0 ? "all equal" : "\(report.differing) differed, in \(report.rows) rows"
    print(
      "\(report.days) days of workspaces compared: \(outcome)\(check || report.differing == 0 ? "" : "; repaired")."
    )
    if check, report.differing > 0 { throw ExitCode(1) }
  }
}
