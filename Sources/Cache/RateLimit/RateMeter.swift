/// The generic cell rate algorithm (ITU-T I.371) for one key: one moment says all. Pure; ``RateLimitScript`` does the same
/// in Redis.
struct RateMeter: Sendable, Equatable {
  struct Reading: Sendable, Equatable {
    /// Of the requests that were asked for.
    var granted: Int
    /// Requests that could follow at once.
    var remaining: Int
    /// Until everything is there again.
    var resetAfter: Duration
    /// Until one more is.
    var retryAfter: Duration
  }

  /// When everything will be there again; nil when it is.
  private var fullAt: ContinuousClock.Instant?

  /// Takes as many of `wanted` as there are.
  mutating func take(_ wanted: Int, _ policy: RateLimitPolicy, at now: ContinuousClock.Instant) -> Reading {
    let interval = Duration.microseconds(policy.interval)
    let used = fullAt.map { max(.zero, $0 - now) } ?? .zero
    let free = max(0, Int((interval * policy.limit - used) / interval))
    let granted = min(max(0, wanted), free)
    let usedNow = used + interval * granted
    fullAt = now + usedNow
    return Reading(
      granted: granted,
      remaining: free - granted,
      resetAfter: usedNow,
      retryAfter: max(.zero, usedNow - interval * (policy.limit - 1))
    )
  }
}
