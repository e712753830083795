import Testing

/// What stands behind the client that a test is given.
enum RedisKind: String {
  case single, cluster

  @TaskLocal static var current = RedisKind.single
}

/// Runs a test twice, with one Redis and with a cluster.
struct OnEveryRedis: TestTrait, TestScoping {
  func provideScope(
    for test: Test,
    testCase: Test.Case?,
    performing function: @concurrent @Sendable () async throws -> Void
  ) async throws {
    for kind in [RedisKind.single, .cluster] {
      try await RedisKind.$current.withValue(kind) { try await function() }
    }
  }
}

extension Trait where Self == OnEveryRedis {
  /// The test holds for one Redis and for a cluster: it uses no proxy and ends no server.
  static var onEveryRedis: OnEveryRedis { OnEveryRedis() }
}
