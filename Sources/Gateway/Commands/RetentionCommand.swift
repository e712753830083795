import ArgumentParser
import Ingest
import Server

struct RetentionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retention",
    abstract: "Let go of traces that are older than TRACE_RETENTION_DAYS.",
    discussion: """
      To be run once a day, by cron for example. Whole UTC days go, with texts, spans and the rollups by the minute; those \
      by the hour and the day stay, and caches are told. A run that is interrupted can be repeated.
      """
  )

  @OptionGroup var settings: SettingsOptions

  func run() async throws {
    let configuration = try settings.configuration()
    guard configuration.traceRetentionDays > 0 else {
      return print("All traces are kept: TRACE_RETENTION_DAYS is 0.")
    }
    let report = try await Interruption.cancelling { _ in
      let logger = Log.make(configuration)
      return try await Databases.opened(configuration, logger: logger) { databases in
        try await databases.requireSchema(logger)
        return try await CacheInvalidation.running(configuration, logger: logger) { caches in
          let bar = ProgressBar("retention")
          defer { bar.clear() }
          return try await TraceRetention(pool: databases.telemetry).run(keeping: configuration.traceRetentionDays) {
            for workspace in $0.workspaces { caches.wrote(to: workspace) }
            bar.show(nil, "\($0.days) days, \($0.traces) traces")
          }
        }
      }
    }
    print("Traces are kept from \(report.horizon) on; let go of \(report.days) days with \(report.traces) traces.")
  }
}
