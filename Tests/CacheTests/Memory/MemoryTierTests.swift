import Testing

@testable import Cache

@Suite struct MemoryTierTests {
  private let key = CacheKey("home_kpis:w1:24h")
  private let other = CacheKey("home_kpis:w2:24h")
  private let soon = ContinuousClock.now + .seconds(60)

  @Test func keepsNothingWithoutTracking() {
    let tier = tier()
    let entry = tier.keep(key, [1], expiry: soon, tier.ticket())
    #expect(entry.bytes == [1])
    #expect(tier.statistics.entries == 0)
    #expect(!tier.isUsable(at: .now))
  }

  @Test func givesTheSameEntryToEveryReader() {
    let tier = tracking()
    let entry = tier.keep(key, [1], expiry: soon, tier.ticket())
    #expect(tier.entry(key, at: .now) === entry)
    #expect(tier.entry(other, at: .now) == nil)
  }

  @Test func isUsedOnlyWhileConfirmed() {
    let tier = tier()
    tier.trackingBegan()
    #expect(!tier.isUsable(at: .now))
    let asked = ContinuousClock.now
    tier.confirmed(asOf: asked)
    #expect(tier.isUsable(at: asked + .milliseconds(99)))
    #expect(!tier.isUsable(at: asked + .milliseconds(101)))
  }

  @Test func doesNotKeepWhatChangedWhileItWasRead() {
    let tier = tracking()
    let ticket = tier.ticket()
    tier.noticed([key])
    #expect(tier.keep(key, [1], expiry: soon, ticket).bytes == [1])
    #expect(tier.entry(key, at: .now) == nil)
    #expect(tier.statistics.refusals == 1)
    _ = tier.keep(other, [2], expiry: soon, ticket)
    #expect(tier.entry(other, at: .now) != nil)
    _ = tier.keep(key, [3], expiry: soon, tier.ticket())
    #expect(tier.entry(key, at: .now)?.bytes == [3])
  }

  @Test func doesNotKeepWhatWasReadBeforeAFlush() {
    let tier = tracking()
    _ = tier.keep(other, [2], expiry: soon, tier.ticket())
    let ticket = tier.ticket()
    tier.noticedFlush()
    _ = tier.keep(key, [1], expiry: soon, ticket)
    #expect(tier.statistics.entries == 0)
  }

  @Test func doesNotKeepWhatWasReadBeforeTrackingBegan() {
    let tier = tracking()
    let early = tier.ticket()
    tier.trackingEnded()
    #expect(!tier.isUsable(at: .now))
    let between = tier.ticket()
    tier.trackingBegan()
    for ticket in [early, between] { _ = tier.keep(key, [1], expiry: soon, ticket) }
    #expect(tier.statistics.entries == 0)
    #expect(tier.statistics.sessions == 2)
  }

  @Test func forgetsWhatExpires() {
    let tier = tracking()
    _ = tier.keep(key, [1], expiry: soon, tier.ticket())
    #expect(tier.entry(key, at: soon - .milliseconds(1)) != nil)
    #expect(tier.entry(key, at: soon) == nil)
    #expect(tier.statistics.entries == 0)
  }

  @Test func keepsOnlyWhatIsTracked() {
    let tier = tracking()
    _ = tier.keep(CacheKey("session:w1"), [1], expiry: soon, tier.ticket())
    #expect(tier.statistics.entries == 0)
  }

  @Test func keepsWithinItsBytesWhateverIsDerived() {
    let tier = tracking(maximumBytes: 100_000)
    for number in 0..<200 {
      let entry = tier.keep(
        CacheKey("home_kpis:w\(number):24h"),
        [UInt8](repeating: 1, count: 1000),
        expiry: soon,
        tier.ticket()
      )
      #expect(entry.keep(Derived(number), cost: 3000).number == number)
      #expect(tier.statistics.bytes <= 100_000)
    }
    #expect(tier.statistics.entries > 15)
    #expect(tier.statistics.evictions > 150)
  }

  @Test func keepsWhatWasDerivedFirst() {
    let tier = tracking()
    let entry = tier.keep(key, [1], expiry: soon, tier.ticket())
    let before = tier.statistics.bytes
    #expect(entry.keep(Derived(1), cost: 100).number == 1)
    #expect(entry.keep(Derived(2), cost: 100).number == 1)
    entry.charge(50)
    #expect(tier.statistics.bytes == before + 150)
    #expect((tier.entry(key, at: .now)?.derived as? Derived)?.number == 1)
    tier.noticed([key])
    entry.charge(1000)
    #expect(tier.statistics.bytes == 0)
  }

  @Test func namesNoPrefixTwice() {
    let prefixes = ["alerts:recent:", "alerts:", "traces:list:", "gen:", "alerts:"]
    let configuration = MemoryConfiguration(maximumBytes: 1, prefixes: prefixes)
    #expect(
      configuration.trackedPrefixes.map { String(decoding: $0, as: UTF8.self) } == ["alerts:", "gen:", "traces:list:"]
    )
    #expect(MemoryConfiguration(maximumBytes: 1, prefixes: ["", "a:"]).trackedPrefixes == [[]])
  }

  @Test func countsEvictionsByWhatTheKeysBeginWith() {
    let tier = tracking(maximumBytes: 10_000)
    for number in 0..<100 { _ = tier.keep(CacheKey("home_kpis:\(number)"), [1], expiry: soon, tier.ticket()) }
    let statistics = tier.statistics
    #expect(statistics.evictions > 50)
    #expect(statistics.evictionsByPrefix == ["gen:": 0, "home_kpis:": statistics.evictions])
    #expect(statistics.maximumBytes == 10_000)
  }

  private final class Derived: Sendable {
    let number: Int

    init(_ number: Int) {
      self.number = number
    }
  }

  private func tier(maximumBytes: Int = 1 << 20) -> MemoryTier {
    MemoryTier(MemoryConfiguration(maximumBytes: maximumBytes, prefixes: ["home_kpis:"]))
  }

  private func tracking(maximumBytes: Int = 1 << 20) -> MemoryTier {
    let tier = tier(maximumBytes: maximumBytes)
    tier.trackingBegan()
    tier.confirmed(asOf: .now + .seconds(3600))
    return tier
  }
}
