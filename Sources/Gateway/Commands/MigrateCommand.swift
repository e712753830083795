import ArgumentParser

struct MigrateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "migrate",
    abstract: "Bring the databases to the schema of this program.",
    discussion: """
      Works on TIMESCALE_URL and POSTGRES_URL, which may be one database. Safe to run at any time and from many places \
      at once: what is applied already is left alone.
      """
  )

  @OptionGroup var settings: SettingsOptions

  func run() async throws {
    let configuration = try settings.configuration()
    let applied = try await Interruption.cancelling { _ in
      try await Databases.opened(configuration, logger: Log.make(configuration)) { databases in
        try await databases.migrate(configuration, logger: Log.make(configuration))
      }
    }
    print(applied.isEmpty ? "The schema is up to date." : "Applied: \(applied.joined(separator: ", ")).")
  }
}
