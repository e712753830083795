import ArgumentParser
import Foundation
import Server

/// The settings of the gateway: environment variables, each of which a flag can override.
struct SettingsOptions: ParsableArguments {
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Override a setting of the environment (see docs/configuration.md), for example --set PORT=9000.",
      valueName: "NAME=value"
    )
  )
  var assignments: [String] = []

  /// The environment with the overrides.
  func environment() throws -> [String: String] {
    var environment = ProcessInfo.processInfo.environment
    let known = Set(GatewayConfiguration.settings.map(\.name))
    for assignment in assignments {
      let parts = assignment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else {
        throw GatewayFailure("--set takes NAME=value, not '\(assignment)'")
      }
      guard known.contains(String(parts[0])) else {
        throw GatewayFailure("there is no setting '\(parts[0])'; docs/configuration.md lists them")
      }
      environment[String(parts[0])] = String(parts[1])
    }
    return environment
  }

  func configuration() throws -> GatewayConfiguration {
    try GatewayConfiguration(environment: environment())
  }
}
