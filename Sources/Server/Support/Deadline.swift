/// Ends work that takes too long, by cancelling it.
enum Deadline {
  struct Exceeded: Error {}

  /// Runs `work`, and cancels it after `limit`. Waits until it has really ended, so nothing runs on behind the answer.
  /// - Throws: ``Exceeded`` when the time ran out and `work` had not succeeded.
  static func run<Value: Sendable>(
    within limit: Duration,
    _ work: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
      group.addTask { try await work() }
      group.addTask {
        try await Task.sleep(for: limit)
        throw Exceeded()
      }
      defer { group.cancelAll() }
      guard let first = try await group.next() else { throw CancellationError() }
      return first
    }
  }
}
