enum Lifetime {
  /// Returns when the task is cancelled.
  static func untilCancelled() async {
    let (never, continuation) = AsyncStream<Never>.makeStream()
    for await _ in never {}
    continuation.finish()
  }
}
