import ArgumentParser
import Server

struct DevCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dev",
    abstract: "Run everything: private PostgreSQL and Redis, demo data, the gateway.",
    discussion: """
      The data lives under --data-folder. With TIMESCALE_URL, POSTGRES_URL and REDIS_URL given, those servers are used \
      instead of private ones. While it runs, the file env in that folder holds the three URLs for a shell. Ctrl-C ends \
      everything.
      """
  )

  @OptionGroup var stack: StackOptions
  @OptionGroup var settings: SettingsOptions

  func run() async throws {
    Processors.giveEachAnEventLoop()
    let environment = try settings.environment()
    // Said before anything is started, what is wrong is easy to read.
    let checked = try GatewayConfiguration(environment: environment)
    let folder = try DataFolder(stack.dataFolder)
    let options = DevStack.Options(
      postgresPort: stack.postgresPort,
      redisPort: stack.redisPort,
      loadsTimescale: stack.timescaledb,
      needsPostgres: environment.lacks("TIMESCALE_URL") || environment.lacks("POSTGRES_URL"),
      needsRedis: environment.lacks("REDIS_URL")
    )
    try await Interruption.cancelling { interruption in
      try Self.claimPorts(checked)
      try await DevStack.running(in: folder, options) { endpoints in
        var environment = environment
        environment.fill("TIMESCALE_URL", endpoints.postgresURL)
        environment.fill("POSTGRES_URL", endpoints.postgresURL)
        environment.fill("REDIS_URL", endpoints.redisURL)
        environment.fill("JWT_SECRET", try DevSecrets(folder: folder).tokenKey())
        let configuration = try GatewayConfiguration(environment: environment)
        let file = ConnectionFile(folder)
        try file.write(environment)
        defer { file.remove() }
        try await DevGateway(configuration: configuration, folder: folder).run(interruption)
      }
    }
  }

  private static func claimPorts(_ configuration: GatewayConfiguration) throws {
    _ = try LoopbackPort.claim(configuration.port, for: "the gateway", setting: "PORT")
    _ = try LoopbackPort.claim(
      configuration.internalPort,
      for: "the gateway's internal listener",
      setting: "SERVICE_PORT"
    )
  }
}

extension [String: String] {
  /// A name that is set to nothing counts as unset, as for the settings themselves.
  fileprivate func lacks(_ name: String) -> Bool {
    self[name]?.isEmpty ?? true
  }

  fileprivate mutating func fill(_ name: String, _ value: String?) {
    if lacks(name), let value { self[name] = value }
  }
}
