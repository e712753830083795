/// For what lives until its task is cancelled.
public enum Lifetime {
  /// Returns when the task is cancelled.
  public static func untilCancelled() async {
    let (never, continuation) = AsyncStream<Never>.makeStream()
    for await _ in never {}
    continuation.finish()
  }
}
