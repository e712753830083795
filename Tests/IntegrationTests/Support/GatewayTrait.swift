import TestSupport
import Testing

/// Gives a suite one gateway for all its tests, which run one after the other; they share its caches and its wires.
struct GatewayTrait: SuiteTrait, TestScoping {
  var environment: [String: String] = [:]

  func provideScope(
    for test: Test,
    testCase: Test.Case?,
    performing function: @concurrent @Sendable () async throws -> Void
  ) async throws {
    var stand = try GatewayStand()
    stand.environment = environment
    try await stand.run { gateway in
      try await GatewayUnderTest.$current.withValue(gateway) { try await function() }
    }
  }
}

extension Trait where Self == GatewayTrait {
  /// A gateway for the suite.
  static var gateway: GatewayTrait { GatewayTrait() }
}

extension Trait where Self == ConditionTrait {
  /// Skips a suite where `scripts/test` has not prepared what it needs.
  static var needsServers: ConditionTrait { .enabled(if: TestServers.areThere, Comment(rawValue: TestServers.absence)) }
}
