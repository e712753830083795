import ArgumentParser
import Ingest
import Server

struct RetentionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retention",
    abstract: "Let go of traces that are older than TRACE_RETENTION_DAYS.",
    discussion: """
      To be run once a day, by cron for example. Whole UTC days go, with texts, spans and the rollups by the minute; those \
      by the hour and the day stay. A run that is interrupted can be repeated. What is cached ends by itself.
      """
  )

  @OptionGroup var settings: SettingsOptions

  func run() async throws {
    let configuration = try settings.configuration()
    guard configuration.traceRetentionDays > 0 else {
      return print("All traces are kept: TRACE_RETENTION_DAYS is 0.")
    }
    let report = try await Interruption.cancelling { _ in
      try await Databases.opened(configuration, logger: Log.make(configuration)) { databases in
        try await databases.refuseNewerSchema(Log.make(configuration))
        let bar = ProgressBar("retention")
        defer { bar.clear() }
        return try await TraceRetention(pool: databases.telemetry).run(keeping: configuration.traceRetentionDays) {
          bar.show(nil, "\($0.days) days, \($0.traces) traces")
        }
      }
    }
    print("Traces are kept from \(report.horizon) on; let go of \(report.days) days with \(report.traces) traces.")
  }
}
