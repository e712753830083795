import ArgumentParser
import Server

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Serve the API.",
    discussion: """
      Settings are environment variables; docs/configuration.md lists them. The databases must have been migrated \
      (tracegate migrate). SIGTERM and SIGINT let requests under way finish.
      """
  )

  @OptionGroup var settings: SettingsOptions

  func run() async throws {
    Processors.giveEachAnEventLoop()
    let configuration = try settings.configuration()
    try await GatewayApplication(configuration: configuration, logger: Log.make(configuration)).run()
  }
}
