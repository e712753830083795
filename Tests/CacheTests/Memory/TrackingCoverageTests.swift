import Testing

@testable import Cache

/// When several servers tell of changes, without any.
@Suite struct TrackingCoverageTests {
  private let memory = MemoryTier(MemoryConfiguration(maximumBytes: 1 << 20, prefixes: ["a:"]))
  private let one = RedisAddress.Endpoint.tcp(host: "10.0.0.1", port: 1)
  private let two = RedisAddress.Endpoint.tcp(host: "10.0.0.2", port: 2)

  @Test func usesMemoryOnlyWhenAllHaveConfirmed() {
    let coverage = TrackingCoverage(memory)
    let now = ContinuousClock.now
    coverage.expect([one, two])
    coverage.began(one)
    coverage.confirmed(one, asOf: now)
    #expect(!memory.statistics.isTracking && !memory.isUsable(at: now))
    coverage.began(two)
    #expect(memory.statistics.isTracking && !memory.isUsable(at: now))
    coverage.confirmed(two, asOf: now + .milliseconds(50))
    // As long as the slower of them is good for.
    #expect(memory.isUsable(at: now + .milliseconds(99)) && !memory.isUsable(at: now + .milliseconds(100)))
    coverage.confirmed(one, asOf: now + .milliseconds(60))
    #expect(memory.isUsable(at: now + .milliseconds(149)) && !memory.isUsable(at: now + .milliseconds(150)))
  }

  @Test func emptiesMemoryWhenOneEnds() {
    let coverage = TrackingCoverage(memory)
    let now = ContinuousClock.now
    coverage.expect([one, two])
    for endpoint in [one, two] {
      coverage.began(endpoint)
      coverage.confirmed(endpoint, asOf: now)
    }
    _ = memory.keep(CacheKey("a:1"), [1], expiry: nil, memory.ticket())
    #expect(memory.statistics.entries == 1)
    coverage.ended(two)
    #expect(memory.statistics.entries == 0 && !memory.isUsable(at: now))
    coverage.confirmed(one, asOf: now)
    #expect(!memory.isUsable(at: now))
    coverage.began(two)
    #expect(!memory.isUsable(at: now), "what it confirmed before it ended does not count")
    coverage.confirmed(two, asOf: now)
    #expect(memory.isUsable(at: now) && memory.statistics.sessions == 2)
  }

  /// What is being read from a primary that nobody listens to yet is not kept, even when all listen in the end.
  @Test func beginsAnewWithOtherServers() {
    let coverage = TrackingCoverage(memory)
    let now = ContinuousClock.now
    coverage.expect([one])
    coverage.began(one)
    coverage.confirmed(one, asOf: now)
    let ticket = memory.ticket()
    coverage.expect([one, two])
    #expect(!memory.isUsable(at: now))
    coverage.began(two)
    coverage.confirmed(two, asOf: now)
    #expect(memory.isUsable(at: now))
    _ = memory.keep(CacheKey("a:1"), [1], expiry: nil, ticket)
    #expect(memory.statistics.entries == 0)
    // One that has left has no say.
    coverage.expect([two])
    coverage.ended(one)
    #expect(memory.isUsable(at: now))
    coverage.expect([])
    #expect(!memory.isUsable(at: now) && !memory.statistics.isTracking)
  }

  @Test func forgetsWhatIsReadElsewhere() {
    let coverage = TrackingCoverage(memory)
    coverage.expect([one])
    coverage.began(one)
    let ticket = memory.ticket()
    coverage.forget([CacheKey("a:1")])
    _ = memory.keep(CacheKey("a:1"), [1], expiry: nil, ticket)
    #expect(memory.statistics.entries == 0)
  }
}
