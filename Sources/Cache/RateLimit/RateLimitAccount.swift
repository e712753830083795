/// What is known here of the quota of one key. Pure: time comes from outside.
///
/// | known | a request |
/// |---|---|
/// | some are in stock, taken ahead | takes one |
/// | Redis has lately said when the next has a chance | is refused until then |
/// | Redis has lately not answered | is measured here alone |
/// | none of that | must ask |
struct RateLimitAccount {
  enum Verdict: Equatable {
    case decided(RateLimitDecision)
    /// Redis must be asked for more.
    case ask
  }

  /// Without Redis, requests are measured here alone for so long before it is asked again.
  static let aloneTime = Duration.seconds(1)

  private let policy: RateLimitPolicy
  private var stock = 0
  /// What is not used by then has long been given to others.
  private var stockEnds: ContinuousClock.Instant
  private var blockedUntil: ContinuousClock.Instant
  private var aloneUntil: ContinuousClock.Instant
  /// What Redis last said.
  private var remaining: Int
  private var resetAt: ContinuousClock.Instant
  private var meter = RateMeter()
  private(set) var usedAt: ContinuousClock.Instant

  init(_ policy: RateLimitPolicy, at now: ContinuousClock.Instant) {
    self.policy = policy
    stockEnds = now
    blockedUntil = now
    aloneUntil = now
    resetAt = now
    usedAt = now
    remaining = policy.limit
  }

  mutating func request(at now: ContinuousClock.Instant) -> Verdict {
    usedAt = now
    if stock > 0, now < stockEnds {
      stock -= 1
      return .decided(decision(isAllowed: true, remaining: remaining + stock, resetAfter: resetAt - now))
    }
    if now < blockedUntil {
      return .decided(
        decision(isAllowed: false, remaining: 0, resetAfter: resetAt - now, retryAfter: blockedUntil - now)
      )
    }
    if now < aloneUntil { return .decided(alone(at: now)) }
    return .ask
  }

  /// Whether the stock should be filled up before it is empty.
  func isLow(at now: ContinuousClock.Instant) -> Bool {
    policy.chunk > 1 && stock <= policy.chunk / 2 && blockedUntil <= now && aloneUntil <= now
  }

  /// Redis has answered.
  mutating func take(_ reading: RateMeter.Reading, at now: ContinuousClock.Instant) {
    if now >= stockEnds { stock = 0 }
    stock += reading.granted
    stockEnds = now + policy.period
    remaining = reading.remaining
    resetAt = now + reading.resetAfter
    aloneUntil = now
    if reading.granted == 0 { blockedUntil = now + reading.retryAfter }
  }

  /// Redis has not answered.
  mutating func fail(at now: ContinuousClock.Instant) {
    aloneUntil = now + Self.aloneTime
  }

  /// Whether nothing would be lost with it.
  func isIdle(at now: ContinuousClock.Instant) -> Bool {
    now - usedAt > policy.period
  }

  private mutating func alone(at now: ContinuousClock.Instant) -> RateLimitDecision {
    let reading = meter.take(1, policy, at: now)
    let isAllowed = reading.granted == 1
    return decision(
      isAllowed: isAllowed,
      remaining: reading.remaining,
      resetAfter: reading.resetAfter,
      retryAfter: isAllowed ? nil : reading.retryAfter
    )
  }

  private func decision(
    isAllowed: Bool,
    remaining: Int,
    resetAfter: Duration,
    retryAfter: Duration? = nil
  ) -> RateLimitDecision {
    RateLimitDecision(
      isAllowed: isAllowed,
      limit: policy.limit,
      period: policy.period,
      remaining: remaining,
      resetAfter: max(.zero, resetAfter),
      retryAfter: retryAfter
    )
  }
}
