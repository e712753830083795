import JSON
import Schema
import TestSupport
import Testing

@testable import Resolver

/// What would hurt a server is refused before it is begun, and says what to leave out.
struct ScanPriceTests {
  @Test(arguments: [
    ([MetricDimension.user], [Measure.requests], 1, "2.2 µs", 909_090, nil as String?),
    ([.user, .session, .agent], Measure.allCases, 1, "6.4 µs", 312_495, nil),
    // A trace counts for each of its tags.
    ([.user, .session, .tag], [.requests], 1, "11 µs", 186_915, nil),
    ([.agent], [.latencies], 1, "2.4 µs", 833_327, nil),
    // Each of so many sums has a histogram, and there are no more sums than traces.
    ([.agent], [.latencies], 43_920, "3.5 µs", 577_133, "ask for measures without percentiles"),
    ([.agent], [.latencies], 1_000_000, "16 µs", 121_951, "ask for measures without percentiles"),
  ])
  func figuresCostByGroupsAndPercentiles(
    dimensions: [MetricDimension],
    measures: [Measure],
    cells: Int64,
    text: String,
    maximum: Int64,
    advice: String?
  ) {
    let price = ScanPrice.figures(.none, dimensions, measures, cells: cells)
    #expect(price.text(for: maximum) == text)
    #expect(price.maximumRows(.seconds(2)) == maximum)
    #expect(price.advice(for: maximum) == advice)
  }

  @Test func rollupsCostByRowsAndSums() {
    #expect(ScanPrice.rollups(.none, [], [.requests], cells: 1).maximumRows(.seconds(2)) == 1_666_665)
    #expect(
      ScanPrice.rollups(.none, [.agent, .model], [.requests, .latencies], cells: 62).maximumRows(.seconds(2)) == 713_975
    )
    let hours = ScanPrice.rollups(.none, [.agent, .model], [.latencies, .costs], cells: 60 * 720)
    #expect(hours.maximumRows(.seconds(2)) == 230_736)
    #expect(hours.text(for: 230_736) == "8.7 µs")
    #expect(hours.advice(for: 230_736) == "ask for measures without percentiles")
  }

  @Test func conditionsCostByWhatTheyLookAt() {
    func price(_ count: Int, _ field: FilterField, _ test: TraceFilter.Test) -> ScanPrice {
      .list(.any(Array(repeating: .test(field, test), count: count)), TraceOrder())
    }
    #expect(price(1, .user, .compare(.equal, "a")).maximumRows(.seconds(2)) == 6_060_606)
    #expect(price(90, .user, .contains("a")).maximumRows(.seconds(2)) == 266_666)
    #expect(price(90, .user, .contains("a")).advice(for: 1000) == "test fewer fields")
    #expect(price(90, .input, .contains("a")).maximumRows(.seconds(2)) == 2776)
    #expect(price(90, .input, .contains("a")).advice(for: 1000) == "test input, output and error less often")
    #expect(price(20, .tag, .prefix("a")).text(for: 1000) == "16 µs")
    #expect(price(3, .user, .among(["a"])).text(for: 1000) == "0.8 µs")
  }
}

/// The same in the database.
@Suite(.serialized, .enabled(if: TreeDatabase.isAvailable, TreeDatabase.absence), .inTurn)
struct ScanRefusalTests {
  /// Ninety searches in texts ran into the statement's timeout before they had a price.
  @Test func manySearchesInTextsAreRefused() async throws {
    let sample = TraceSample(seed: 72, count: 100)
    try await TreeDatabase.with { database in
      try await sample.write(to: database)
      let searches = (0..<90).map { Self.contains("input", "word \($0)") }
      let filter = InputValue.object(InputObject([InputObject.Member(name: "or", value: .list(searches))]))
      let call = FieldCall.of(
        TraceSample.first,
        ["range": .string("30d"), "limit": .int(10), "page": .int(1), "where": filter]
      )
      let error = await #expect(throws: GraphQLError.self) {
        try await database.body(TracesResolver(scanBudget: .milliseconds(10)), call)
      }
      #expect(error?.code == .costLimitExceeded)
      #expect(
        error?.message
          == "Filtering by input looks at every trace of the range: \(try Self.count(sample)), more than 13 at "
          + "720 µs each. Take a range of about \(30 * 13 / (try Self.count(sample))) days, test input, output and error less often, or sort by time and filter by agentId, "
          + "model, modelProvider and status only."
      )
      #expect(try await database.body(TracesResolver(), call)["total"]?.int == 0)
    }
  }

  /// Each trace a group of its own, each with its histograms: three seconds for 100,000 traces.
  @Test func percentilesOfGroupsWithoutNumberAreRefused() async throws {
    let sample = TraceSample(seed: 73, count: 100)
    try await TreeDatabase.with { database in
      try await sample.write(to: database)
      let dimensions = ["user", "session", "agent"].map { InputValue.enumeration($0) }
      var arguments: [String: InputValue] = [
        "range": .string("30d"), "timeZone": .string("UTC"), "groupBy": .list(dimensions), "top": .int(10),
        "orderBy": .enumeration("requests"),
      ]
      let resolver = MetricsResolver(scanBudget: .microseconds(760))
      let error = await #expect(throws: GraphQLError.self) {
        try await database.body(resolver, .of(TraceSample.first, arguments))
      }
      let count = try Self.count(sample)
      #expect(
        error?.message
          == "Grouping by user reads every trace of the range: \(count), more than 70 at 11 µs each. Take a "
          + "range of about \(720 * 70 / Int64(count) / 24) days, ask for measures without percentiles, or group and filter by "
          + "agent, model, provider and status only, which rollups answer."
      )
      arguments["measures"] = .list([.enumeration("requests"), .enumeration("totalCostUsd")])
      let cheap = try await database.body(resolver, .of(TraceSample.first, arguments))
      #expect(cheap["computed_from"]?.string == "traces")
    }
  }

  private static func contains(_ field: String, _ text: String) -> InputValue {
    let test = InputObject([InputObject.Member(name: "contains", value: .string(text))])
    return .object(InputObject([InputObject.Member(name: field, value: .object(test))]))
  }

  /// Traces of the first workspace in the last 30 days.
  private static func count(_ sample: TraceSample) throws -> Int {
    let window = try TimeRange(parsing: "30d").window(at: TraceSample.now)
    return sample.rows.count {
      $0.workspace == TraceSample.first && $0.timestamp >= window.from && $0.timestamp < window.to
    }
  }
}
