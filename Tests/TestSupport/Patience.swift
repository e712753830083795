/// Waiting for something that another process does.
public enum Patience {
  /// Asks again and again until `condition` gives a value.
  ///
  /// - Throws: `TestFailure` after half a minute, saying what did not come.
  @discardableResult
  public static func wait<R>(
    for what: String,
    isolation: isolated (any Actor)? = #isolation,
    until condition: () async throws -> R?
  ) async throws -> R {
    let deadline = ContinuousClock.now + .seconds(30)
    while ContinuousClock.now < deadline {
      if let value = try await condition() { return value }
      try await Task.sleep(for: .milliseconds(20))
    }
    throw TestFailure("waited in vain for \(what)")
  }
}
