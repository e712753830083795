import ArgumentParser

@main
struct Tracegate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tracegate",
    abstract: "The query gateway of an agent-observability platform.",
    version: "0.1.0",
    subcommands: [StackCommand.self]
  )
}
