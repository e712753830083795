import ArgumentParser
import Ingest

struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Write demo data.",
    discussion: """
      Equal arguments, --end included, give equal data, to the last digit; writing it again changes nothing.
      """
  )

  @Option(help: ArgumentHelp("How many traces, over three workspaces.", valueName: "count"))
  var traces = 100_000

  @Option(help: ArgumentHelp("How many days before the end they cover.", valueName: "count"))
  var days = 30

  @Option(help: ArgumentHelp("Another seed gives other data and other workspaces.", valueName: "number"))
  var seed: UInt64 = 1

  @Option(help: ArgumentHelp("All traces are older than this; now when absent.", valueName: "ISO 8601 instant"))
  var end: String?

  @OptionGroup var settings: SettingsOptions

  func run() async throws {
    let configuration = try settings.configuration()
    let demo = try DemoConfiguration(traces: traces, days: days, seed: seed, end: try endInstant())
    let report = try await Interruption.cancelling { _ in
      let logger = Log.make(configuration)
      return try await Databases.opened(configuration, logger: logger) { databases in
        try await databases.requireSchema(logger)
        return try await DemoLoading(settings: configuration, databases: databases, logger: logger).load(demo)
      }
    }
    print(
      "\(report.accepted) traces with \(report.spans) spans and \(report.alerts) alerts written, "
        + "\(report.duplicates) traces known already."
    )
    print("Workspaces: \(demo.workspaces.map { "\($0)" }.joined(separator: ", "))")
  }

  private func endInstant() throws -> TraceTimestamp {
    guard let end else { return .now }
    guard let instant = TraceTimestamp(end) else {
      throw GatewayFailure("--end takes an instant such as 2026-03-14T09:26:53Z, not '\(end)'")
    }
    return instant
  }
}
