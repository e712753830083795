import Ingest
import Logging
import Server
import Synchronization

/// The gateway of `tracegate dev`: migrated databases, demo data, an account to look around with, and a greeting.
struct DevGateway: Sendable {
  private static let email = "demo@tracegate.example"

  private let configuration: GatewayConfiguration
  private let folder: DataFolder
  private let logger: Logger

  init(configuration: GatewayConfiguration, folder: DataFolder) {
    self.configuration = configuration
    self.folder = folder
    logger = Log.make(configuration)
  }

  /// Serves until a signal comes or the task is cancelled.
  func run(_ interruption: Interruption) async throws {
    let account = DevelopmentAccount(
      email: Self.email,
      password: try DevSecrets(folder: folder).password(),
      fullName: "Demo",
      workspaceID: "\(DemoConfiguration.defaultWorkspaces(seed: Self.seed)[0])"
    )
    let token = try await Databases.opened(configuration, logger: logger) { databases in
      _ = try await databases.migrate(configuration, logger: logger)
      try await fill(databases)
      return try await account.ensure(in: databases.platform, configuration)
    }
    let application = try await GatewayApplication(configuration: configuration, logger: logger)
    let greeting = DevGreeting(account: account, token: token, folder: folder)
    try await application.run { listening in
      guard case .publicly(let port) = listening else { return }
      // From here on the application ends in good order at a signal, and we after it.
      interruption.handOver()
      greeting.say(port: port, internalPort: configuration.internalPort)
    }
  }

  // MARK: - Demo data

  private static let seed: UInt64 = 1

  /// Writes demo data when there are no traces, or when the last time was interrupted.
  private func fill(_ databases: Databases) async throws {
    let record = DemoRecord(folder)
    let isEmpty = try await databases.hasNoTraces()
    guard let end = isEmpty ? .now : record.unfinishedEnd else { return }
    let demo = try DemoConfiguration(seed: Self.seed, end: end)
    Terminal.say("writing \(demo.traces) traces of demo data")
    try record.begin(demo.end)
    _ = try await DemoLoading(settings: configuration, databases: databases, logger: logger).load(demo)
    try record.finish(demo.end)
  }
}
