/// So many requests in so much time for each key, such as a workspace, over all instances.
public struct RateLimitPolicy: Sendable, Hashable {
  public let limit: Int
  public let period: Duration
  /// Taken ahead at a time by each instance, so that most requests need no word of Redis: a hundredth of the limit.
  let chunk: Int

  /// - Parameters:
  ///   - limit: at least 1.
  ///   - period: at least a millisecond.
  public init(limit: Int, period: Duration) {
    self.limit = max(1, limit)
    self.period = max(.milliseconds(1), period)
    chunk = max(1, self.limit / 100)
  }

  /// The time in which one request becomes possible again, in microseconds, rounded up.
  var interval: Int64 {
    let (seconds, attoseconds) = period.components
    let microseconds = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    return max(1, (microseconds + Int64(limit) - 1) / Int64(limit))
  }
}

/// Whether a request may go on, and what its answer says of it (draft-ietf-httpapi-ratelimit-headers).
public struct RateLimitDecision: Sendable, Hashable {
  public let isAllowed: Bool
  public let limit: Int
  public let period: Duration
  /// Requests that could follow at once, as far as is known here.
  public let remaining: Int
  /// Until all of ``limit`` is there again, if nothing follows.
  public let resetAfter: Duration
  /// When the next request has a chance; nil when this one is allowed.
  public let retryAfter: Duration?
}
