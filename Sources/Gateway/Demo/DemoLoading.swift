import Database
import Ingest
import Logging
import Server

/// Writes demo data with what it takes to be seen: named workspaces, and caches that know of it.
struct DemoLoading: Sendable {
  let settings: GatewayConfiguration
  let databases: Databases
  let logger: Logger

  private static let names = ["Acme Support", "Northwind Research", "Globex Labs"]
  private static let insertWorkspace = SQLStatement(
    "demo_workspace",
    "INSERT INTO workspaces (id, name) VALUES ($1::uuid, $2) ON CONFLICT (id) DO NOTHING"
  )

  func load(_ configuration: DemoConfiguration) async throws -> DemoReport {
    for (workspace, name) in zip(configuration.workspaces, Self.names) {
      let parameters: [SQLParameter] = [.text("\(workspace)"), .text(name)]
      _ = try await databases.platform.query(SQLQuery(Self.insertWorkspace, parameters))
    }
    let bar = ProgressBar("demo data")
    defer { bar.clear() }
    let report = try await DemoData(configuration).load(into: databases.telemetry) { report in
      let done = report.accepted + report.duplicates
      bar.show(Double(done) / Double(max(report.total, 1)), "\(done) of \(report.total) traces")
    }
    try await CacheInvalidation.running(settings, logger: logger) { caches in
      for workspace in configuration.workspaces { caches.wrote(to: workspace) }
    }
    return report
  }
}
