import Testing

@testable import Cache

/// What one instance decides by itself.
@Suite struct RateLimitAccountTests {
  private let policy = RateLimitPolicy(limit: 1000, period: .seconds(60))
  private let start = ContinuousClock.now

  @Test func measuresRequests() {
    let three = RateLimitPolicy(limit: 3, period: .seconds(30))
    var meter = RateMeter()
    #expect(
      meter.take(2, three, at: start) == .init(granted: 2, remaining: 1, resetAfter: .seconds(20), retryAfter: .zero)
    )
    #expect(
      meter.take(5, three, at: start)
        == .init(granted: 1, remaining: 0, resetAfter: .seconds(30), retryAfter: .seconds(10))
    )
    let soon = start + .seconds(9)
    #expect(
      meter.take(1, three, at: soon)
        == .init(granted: 0, remaining: 0, resetAfter: .seconds(21), retryAfter: .seconds(1))
    )
    #expect(meter.take(1, three, at: start + .seconds(10)).granted == 1)
    // Time that nobody used is not saved beyond the limit.
    #expect(meter.take(5, three, at: start + .seconds(500)).granted == 3)
  }

  @Test func handsOutWhatWasTakenAhead() {
    var account = RateLimitAccount(policy, at: start)
    #expect(account.request(at: start) == .ask)
    account.take(.init(granted: 2, remaining: 998, resetAfter: .milliseconds(120), retryAfter: .zero), at: start)
    #expect(account.request(at: start) == .decided(decision(true, remaining: 999, reset: .milliseconds(120))))
    #expect(account.request(at: start) == .decided(decision(true, remaining: 998, reset: .milliseconds(120))))
    #expect(account.request(at: start) == .ask)
  }

  @Test func forgetsWhatWasTakenAheadLongAgo() {
    var account = RateLimitAccount(policy, at: start)
    account.take(.init(granted: 2, remaining: 998, resetAfter: .zero, retryAfter: .zero), at: start)
    #expect(account.request(at: start + .seconds(60)) == .ask)
    account.take(.init(granted: 1, remaining: 999, resetAfter: .zero, retryAfter: .zero), at: start + .seconds(60))
    _ = account.request(at: start + .seconds(60))
    #expect(account.request(at: start + .seconds(60)) == .ask)
  }

  @Test func refusesUntilThereIsAChance() {
    var account = RateLimitAccount(policy, at: start)
    let none = RateMeter.Reading(granted: 0, remaining: 0, resetAfter: .seconds(60), retryAfter: .milliseconds(60))
    account.take(none, at: start)
    let verdict = account.request(at: start + .milliseconds(10))
    #expect(verdict == .decided(decision(false, remaining: 0, reset: .milliseconds(59_990), retry: .milliseconds(50))))
    #expect(account.request(at: start + .milliseconds(60)) == .ask)
  }

  @Test func measuresAloneWhileRedisIsAway() {
    let two = RateLimitPolicy(limit: 2, period: .seconds(60))
    var account = RateLimitAccount(two, at: start)
    account.fail(at: start)
    let allowed = (0..<5).map { _ in
      if case .decided(let decision) = account.request(at: start) { decision.isAllowed } else { false }
    }
    #expect(allowed == [true, true, false, false, false])
    #expect(account.request(at: start + RateLimitAccount.aloneTime) == .ask)
    // What was used meanwhile is not forgotten if it stays away.
    account.fail(at: start + .seconds(1))
    guard case .decided(let decision) = account.request(at: start + .seconds(1)) else { return }
    #expect(!decision.isAllowed)
  }

  @Test func takesAHundredthAhead() {
    #expect(
      [1, 99, 100, 1000, 12_345].map { RateLimitPolicy(limit: $0, period: .seconds(60)).chunk } == [1, 1, 1, 10, 123]
    )
    #expect(policy.interval == 60_000)
    #expect(RateLimitPolicy(limit: 7, period: .seconds(1)).interval == 142_858)
  }

  private func decision(
    _ isAllowed: Bool,
    remaining: Int,
    reset: Duration,
    retry: Duration? = nil
  ) -> RateLimitDecision {
    RateLimitDecision(
      isAllowed: isAllowed,
      limit: 1000,
      period: .seconds(60),
      remaining: remaining,
      resetAfter: reset,
      retryAfter: retry
    )
  }
}
