import Testing

@testable import Ingest

@Suite struct DemoDataTests {
  private static func data(
    traces: Int = 3000,
    days: Int = 10,
    seed: UInt64 = 7,
    end: String = "2026-03-14T09:26:53Z"
  ) throws -> DemoData {
    DemoData(try DemoConfiguration(traces: traces, days: days, seed: seed, end: #require(TraceTimestamp(end))))
  }

  private static func traces(_ data: DemoData) -> [TraceInput] {
    data.days.flatMap(\.traces)
  }

  @Test func theReferenceGeneratorGivesTheReferenceNumbers() {
    // First outputs of the authors' xoshiro256starstar.c for the state 1, 2, 3, 4.
    var random = RandomSource(state: (1, 2, 3, 4))
    #expect((0..<4).map { _ in random.next() } == [11520, 0, 1_509_978_240, 1_215_971_899_390_074_240])
  }

  @Test func equalConfigurationsGiveEqualData() throws {
    #expect(Self.traces(try Self.data()) == Self.traces(try Self.data()))
  }

  @Test func anotherSeedOrEndGivesOtherData() throws {
    let ids = Set(Self.traces(try Self.data()).map(\.traceID))
    #expect(ids.isDisjoint(with: Self.traces(try Self.data(seed: 8)).map(\.traceID)))
    #expect(ids.isDisjoint(with: Self.traces(try Self.data(end: "2026-03-14T09:26:54Z")).map(\.traceID)) == false)
  }

  /// The same numbers on every machine: a change here changes everybody's demo data.
  @Test func theDataDoesNotDriftBetweenReleases() throws {
    var sum: UInt64 = 0
    for trace in Self.traces(try Self.data()) {
      for byte in trace.traceID.utf8 { sum = sum &* 31 &+ UInt64(byte) }
      sum = sum &* 31 &+ UInt64(trace.latency) &+ UInt64(trace.tokensTotal ?? 0)
    }
    #expect(sum == 5_397_066_410_317_544_032)
  }

  @Test(arguments: [1, 2, 100, 2999])
  func makesAsManyTracesAsAskedFor(count: Int) throws {
    #expect(Self.traces(try Self.data(traces: count)).count == count)
  }

  @Test func staysWithinThePeriod() throws {
    let data = try Self.data()
    for day in data.days {
      #expect(day.traces.map(\.timestamp) == day.traces.map(\.timestamp).sorted())
      for trace in day.traces {
        #expect(trace.timestamp >= data.configuration.start && trace.timestamp < data.configuration.end)
      }
    }
    let latest = try #require(Self.traces(data).map(\.timestamp).max())
    #expect(latest > data.configuration.end.adding(seconds: -3600))
  }

  @Test func idsAreUnique() throws {
    let traces = Self.traces(try Self.data())
    #expect(Set(traces.map(\.traceID)).count == traces.count)
    for trace in traces { #expect(Set(trace.spans.map(\.spanID)).count == trace.spans.count) }
  }

  @Test func spansAreATreeThatAddsUp() throws {
    for trace in Self.traces(try Self.data()) {
      let root = try #require(trace.spans.first)
      #expect(root.parentSpanID == nil && root.start == trace.timestamp && root.latency == trace.latency)
      let children = trace.spans.dropFirst()
      #expect(!children.isEmpty && children.allSatisfy { $0.parentSpanID == root.spanID })
      #expect(children.allSatisfy { $0.start >= root.start && $0.end <= root.end })
      #expect(children.reduce(0) { $0 + ($1.tokensInput ?? 0) } == trace.tokensInput ?? 0)
      #expect(children.reduce(0) { $0 + ($1.tokensOutput ?? 0) } == trace.tokensOutput ?? 0)
      let cost = children.reduce(Int128(0)) { $0 + ($1.cost?.coefficientAtMaximumScale ?? 0) }
      #expect(cost == trace.cost?.coefficientAtMaximumScale ?? 0)
      #expect((trace.status == .success) == (trace.error == nil))
    }
  }

  @Test func looksLikeTraffic() throws {
    let traces = Self.traces(try Self.data(traces: 20_000, days: 14))
    #expect(Set(traces.map(\.agentID)).count == 20)
    #expect(Set(traces.compactMap(\.model)).count == 8)
    let failed = Double(traces.count { $0.status != .success }) / Double(traces.count)
    #expect(failed > 0.01 && failed < 0.1)
    let scored = Double(traces.count { $0.qualityScore != nil }) / Double(traces.count)
    #expect(scored > 0.25 && scored < 0.4)
    #expect(traces.contains { $0.cost == .zero } && traces.contains { $0.model == nil && $0.cost == nil })
    // Log-normal: the mean lies well above the median.
    let latencies = traces.map(\.latency).sorted()
    let mean = latencies.reduce(0) { $0 + Int($1) } / latencies.count
    #expect(mean > Int(latencies[latencies.count / 2]) * 3 / 2)
    let weekend = traces.count { [0, 1].contains(($0.timestamp.microseconds / 86_400_000_000 + 5) % 7) }
    #expect(Double(weekend) / Double(traces.count) < 0.2)
  }

  @Test func traceInputsAreWithinTheirOwnBounds() throws {
    for trace in Self.traces(try Self.data(traces: 500)) {
      #expect(trace.tags.count <= TraceLimits.tags && trace.traceID.utf8.count == 32)
      #expect(trace.cost.map { $0.isLess(than: TraceLimits.cost) } ?? true)
      #expect(trace.latency >= 1)
    }
  }

  @Test func workspacesDependOnTheSeedOnly() {
    #expect(DemoConfiguration.defaultWorkspaces(seed: 1) == DemoConfiguration.defaultWorkspaces(seed: 1))
    #expect(Set(DemoConfiguration.defaultWorkspaces(seed: 1) + DemoConfiguration.defaultWorkspaces(seed: 2)).count == 6)
  }

  @Test func saysWhatIsOutOfBounds() throws {
    func message(_ body: () throws -> DemoConfiguration) throws -> String {
      try #require(throws: DemoError.self) { _ = try body() }.description
    }
    #expect(try message { try DemoConfiguration(traces: 0) } == "traces is 0; expected 1 to 100000000")
    #expect(try message { try DemoConfiguration(days: 366) } == "days is 366; expected 1 to 365")
    #expect(
      try message { try DemoConfiguration(workspaces: []) } == "there are 0 workspaces; expected 1 to 20 different ones"
    )
  }
}

@Suite struct DemoAlertsTests {
  private static let start = TraceTimestamp(seconds: 1_773_446_400)

  /// Ten requests a minute; between two minutes all of them fail.
  private static func minutes(_ count: Int, failing: Range<Int>) -> [DemoMinute] {
    (0..<count).map { index in
      var minute = DemoMinute()
      minute.requests = 10
      minute.errors = failing.contains(index) ? 10 : 0
      minute.latency = 10_000
      return minute
    }
  }

  private static func alerts(_ minutes: [DemoMinute]) -> DemoAlerts {
    DemoAlerts(seed: 1, workspace: 0, minutes: minutes, start: start)
  }

  @Test func opensOnceAndResolvesAfterAWhile() throws {
    let alerts = Self.alerts(Self.minutes(240, failing: 60..<80)).alerts
    #expect(alerts.map(\.title) == ["Error rate is critical", "Error rate is high"])
    let critical = try #require(alerts.first)
    // More than a quarter of 30 minutes: the eighth of the failing ones.
    #expect(critical.opened == Self.start.adding(seconds: 68 * 60))
    #expect(critical.value.description == "26.67")
    #expect(
      critical.description == "Error rate was 26.67 % over the last 30 minutes (300 traces), above the limit of 25 %."
    )
    // The last window with more than a quarter ends with minute 102; ten quiet minutes follow.
    #expect(critical.resolved == Self.start.adding(seconds: 112 * 60))
  }

  @Test func staysOpenWhileItLasts() throws {
    let alerts = Self.alerts(Self.minutes(120, failing: 100..<120)).alerts
    #expect(alerts.map(\.resolved) == [nil, nil])
    #expect(alerts.map(\.updated) == [Self.start.adding(seconds: 120 * 60), Self.start.adding(seconds: 120 * 60)])
  }

  @Test func saysNothingOfASmallSample() {
    var minutes = [DemoMinute](repeating: DemoMinute(), count: 100)
    minutes[50].requests = 19
    minutes[50].errors = 19
    #expect(Self.alerts(minutes).alerts.isEmpty)
  }

  @Test func idsAreStableAndUnique() {
    let minutes = Self.minutes(600, failing: 60..<80)
    let alerts = Self.alerts(minutes)
    #expect(alerts.alerts == Self.alerts(minutes).alerts)
    let other = DemoAlerts(seed: 1, workspace: 1, minutes: minutes, start: Self.start)
    let ids = (alerts.alerts + other.alerts).map(\.id) + (alerts.rules + other.rules).map(\.id)
    #expect(Set(ids).count == ids.count)
  }
}
