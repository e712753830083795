public import Testing

/// Lets a few tests at a time use servers, so that what one of them does in a moment is not held up by a hundred others until
/// its deadline is over.
public struct InTurn: SuiteTrait, TestTrait, TestScoping {
  public var isRecursive: Bool { true }

  public func provideScope(
    for test: Test,
    testCase: Test.Case?,
    performing function: @concurrent @Sendable () async throws -> Void
  ) async throws {
    try await Turnstile.servers.pass { try await function() }
  }
}

extension Trait where Self == InTurn {
  /// For what uses servers, and is no ``Turnstile/heavy`` work.
  public static var inTurn: InTurn { InTurn() }
}
