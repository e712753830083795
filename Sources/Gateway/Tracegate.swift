import ArgumentParser
import Server

@main
struct Tracegate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tracegate",
    abstract: "The query gateway of an agent-observability platform.",
    version: GatewayVersion.current,
    subcommands: [
      ServeCommand.self, DevCommand.self, MigrateCommand.self, LoadCommand.self, DemoCommand.self, StackCommand.self,
      SchemaCommand.self, QueryCommand.self, ExplainCommand.self, CacheCommand.self, RebuildRollupsCommand.self,
      RetentionCommand.self,
    ]
  )
}
