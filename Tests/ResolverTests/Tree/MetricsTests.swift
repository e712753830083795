import Database
import Foundation
import JSON
import Schema
import TestSupport
import Testing

@testable import Resolver

/// `metrics` against an oracle in memory: windows, buckets, time zones, groups and filters at random.
@Suite(.serialized, .enabled(if: TreeDatabase.isAvailable, TreeDatabase.absence), .inTurn)
struct MetricsTests {
  private static let ranges = [
    "1h", "24h", "7d", "30d", "2026-03-13T22:10:00Z/2026-03-14T03:20:31Z", "2026-03-01T00:00:00Z/P7D",
    "2026-02-10T07:31:17.5Z/P25DT13H1S", "2026-03-07T23:59:59.999999Z/P2DT1H", "2020-01-01T00:00:00Z/P3D",
  ]
  /// Zones with whole hours, with parts of hours, and with a change of clocks in the time of the sample.
  private static let zones = [
    "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Adelaide",
    "America/Havana", "Pacific/Apia",
  ]
  private static let groupings: [[String]] = [
    [], ["model"], ["agent", "status"], ["provider"], ["user"], ["session"], ["tag"], ["model", "tag"], ["status"],
  ]

  @Test func everyFigureEqualsWhatAnOracleGives() async throws {
    let sample = TraceSample(seed: 61, count: 600)
    try await TreeDatabase.with { database in
      try await sample.write(to: database)
      var random = SplitMix64(seed: 62)
      for number in 0..<110 {
        let range = Self.ranges[number % Self.ranges.count]
        let interval = [nil, "minute", "hour", "day", "week"].randomElement(using: &random) ?? nil
        let zone = Self.zones.randomElement(using: &random) ?? "UTC"
        let grouping = Self.groupings.randomElement(using: &random) ?? []
        let known = ["agentId", "status", "model", "modelProvider"]
        let filter: InputValue =
          switch number % 3 {
          case 0: .null
          case 1: RandomFilter.make(&random, fields: known)
          default: RandomFilter.make(&random)
          }
        try await check(sample, database, range: range, interval: interval, zone: zone, grouping, filter, top: 3)
      }
    }
  }

  // swift-format-ignore: it is one call of the field
  private func check(
    _ sample: TraceSample,
    _ database: TreeDatabase,
    range: String,
    interval: String?,
    zone: String,
    _ grouping: [String],
    _ filter: InputValue,
    top: Int
  ) async throws {
    let window = try TimeRange(parsing: range).window(at: TraceSample.now)
    let arguments = Self.arguments(range: range, interval: interval, zone: zone, grouping, filter, top: top)
    let call = FieldCall.of(TraceSample.first, arguments)
    let place: Comment = "\(range) by \(interval ?? "nothing") in \(zone), \(grouping), \(filter)"
    let length = (window.to.microseconds - window.from.microseconds) / 1_000_000
    if interval == "minute", length > 100_000 {
      let error = #expect(throws: GraphQLError.self) { try MetricsResolver().queries(call) }
      #expect(error?.code == .costLimitExceeded)
      return
    }
    let body = try await database.body(MetricsResolver(), call)
    let rows = sample.rows.filter {
      $0.workspace == TraceSample.first && $0.timestamp >= window.from && $0.timestamp < window.to
        && FilterOracle.passes($0, filter)
    }
    let oracle = MetricsOracle(rows: rows, window: window, interval: interval, timeZone: zone, dimensions: grouping)
    #expect(MetricsOracle.problems(body["totals"], rows) == [], place)
    let edges = oracle.edges()
    checkSeries(body["series"], rows, edges, interval, place)
    let groups = grouping.isEmpty ? [] : oracle.groups()
    let items = body["groups"]?.elements ?? []
    #expect(items.count == min(groups.count, top + 1), place)
    for (item, group) in zip(items, groups.prefix(top)) {
      #expect(item["keys"]?.elements.map { $0["value"]?.string } == group.keys, place)
      #expect(item["is_other"]?.bool == false)
      #expect(MetricsOracle.problems(item["totals"], group.rows) == [], place)
      checkSeries(item["series"], group.rows, edges, interval, place)
    }
    if groups.count > top, let other = items.last {
      let rest = groups.dropFirst(top).flatMap(\.rows)
      #expect(other["is_other"]?.bool == true && other["keys"]?.elements.isEmpty == true, place)
      #expect(MetricsOracle.problems(other["totals"], rest) == [], place)
      checkSeries(other["series"], rest, edges, interval, place)
    }
  }

  private func checkSeries(
    _ series: JSONValue?,
    _ rows: [TraceSample.Row],
    _ edges: [Instant],
    _ interval: String?,
    _ place: Comment
  ) {
    let points = series?.elements ?? []
    guard interval != nil else { return #expect(points.isEmpty, place) }
    #expect(points.map { $0["from"]?.string } == edges.dropLast().map(\.text), place)
    #expect(points.map { $0["to"]?.string } == edges.dropFirst().map(\.text), place)
    for (index, point) in points.enumerated() where index + 1 < edges.count {
      let inside = rows.filter { $0.timestamp >= edges[index] && $0.timestamp < edges[index + 1] }
      // Long series have many empty buckets; one in sixteen of those is looked at.
      guard !inside.isEmpty || index % 16 == 0 else { continue }
      let problems = MetricsOracle.problems(point["values"], inside)
      #expect(problems == [], "\(place.description) at \(edges[index])")
    }
  }

  private static func arguments(
    range: String,
    interval: String? = nil,
    zone: String = "UTC",
    _ grouping: [String] = [],
    _ filter: InputValue = .null,
    top: Int = 10,
    measures: [String]? = nil
  ) -> [String: InputValue] {
    [
      "range": .string(range), "interval": interval.map { .enumeration($0) } ?? .null, "timeZone": .string(zone),
      "groupBy": .list(grouping.map { .enumeration($0) }), "where": filter, "top": .int(Int64(top)),
      "orderBy": .enumeration("requests"), "measures": measures.map { .list($0.map { .enumeration($0) }) } ?? .null,
    ]
  }

  @Test func saysWhatWasReadAndComputesOnlyWhatIsAskedFor() async throws {
    try await TreeDatabase.with { database in
      try await TraceSample(seed: 63, count: 100).write(to: database)
      func body(_ arguments: [String: InputValue]) async throws -> JSONValue {
        try await database.body(MetricsResolver(), .of(TraceSample.first, arguments))
      }
      let rollups = try await body(Self.arguments(range: "30d", measures: ["requests", "p95LatencyMs"]))
      #expect(rollups["computed_from"]?.string == "rollups")
      #expect(rollups["totals"]?.keys == ["requests", "p95_latency_ms"])
      let raw = try await body(Self.arguments(range: "30d", ["user"], measures: ["requests"]))
      #expect(raw["computed_from"]?.string == "traces")
      // Half an hour off the hours of the rollups: minutes do, but have no histograms.
      let minutes = try await body(
        Self.arguments(range: "7d", interval: "day", zone: "Asia/Kolkata", measures: ["requests"])
      )
      #expect(minutes["computed_from"]?.string == "rollups")
      let scan = try await body(
        Self.arguments(range: "7d", interval: "day", zone: "Asia/Kolkata", measures: ["p50LatencyMs"])
      )
      #expect(scan["computed_from"]?.string == "traces")
      let query = try #require(
        try MetricsResolver().queries(.of(TraceSample.first, Self.arguments(range: "30d", measures: ["requests"])))
          .first
      )
      #expect(!query.statement.text.contains("histogram") && !query.statement.text.contains("cost"))
    }
  }

  @Test func tooLargeAScanIsRefusedWithAdvice() async throws {
    try await TreeDatabase.with { database in
      let sample = TraceSample(seed: 64, count: 200)
      try await sample.write(to: database)
      let resolver = MetricsResolver(scanBudget: .microseconds(522))
      let call = FieldCall.of(TraceSample.first, Self.arguments(range: "30d", ["user"]))
      let error = await #expect(throws: GraphQLError.self) { try await database.body(resolver, call) }
      #expect(error?.code == .costLimitExceeded)
      let message = try #require(error?.message)
      let window = try TimeRange(parsing: "30d").window(at: TraceSample.now)
      let count = sample.rows.count {
        $0.workspace == TraceSample.first && $0.timestamp >= window.from && $0.timestamp < window.to
      }
      #expect(
        message == "Grouping by user reads every trace of the range: \(count), more than 50 at 11 µs each. "
          + "Take a range of about \(720 * 50 / count / 24) days, ask for measures without percentiles, or group and filter by "
          + "agent, model, provider and status only, which rollups answer."
      )
      let cheap = FieldCall.of(TraceSample.first, Self.arguments(range: "30d", ["agent"]))
      #expect(try await database.body(MetricsResolver(), cheap)["computed_from"]?.string == "rollups")
      let tags = DimensionValuesResolver(.tag, scanBudget: .microseconds(95))
      let list: [String: InputValue] = ["range": .string("30d"), "limit": .int(10)]
      let refusal = await #expect(throws: GraphQLError.self) {
        try await database.body(tags, .of(TraceSample.first, list))
      }
      #expect(refusal?.message.hasPrefix("Listing every tag reads every trace of the range: ") == true)
    }
  }

  /// The groups were ranked without the filter, since the rollups that rank know it and the traces that are read came first.
  @Test func groupsAreRankedByWhatTheFilterLeaves() async throws {
    let sample = TraceSample(seed: 68, count: 400)
    try await TreeDatabase.with { database in
      try await sample.write(to: database)
      let rows = sample.rows.filter { $0.workspace == TraceSample.first && $0.timestamp < TraceSample.now }
      for row in rows.suffix(40) {
        let test = InputObject([InputObject.Member(name: "eq", value: .string(row.agentID))])
        let filter = InputValue.object(InputObject([InputObject.Member(name: "agentId", value: .object(test))]))
        let from = row.timestamp.floored(toSeconds: 3600)
        let range = "\(from.text)/\(from.adding(seconds: 7200).text)"
        try await check(sample, database, range: range, interval: "minute", zone: "UTC", ["agent"], filter, top: 1)
      }
    }
  }

  /// Ten thousand agents by the hour ran into the statement's timeout.
  @Test func tooManyRowsOfRollupsAreRefusedWithAdvice() async throws {
    let sample = TraceSample(seed: 66, count: 200)
    try await TreeDatabase.with { database in
      try await sample.write(to: database)
      func refusal(_ resolver: some RootFieldResolver, _ arguments: [String: InputValue]) async -> String? {
        let error = await #expect(throws: GraphQLError.self) {
          try await database.body(resolver, .of(TraceSample.first, arguments))
        }
        #expect(error?.code == .costLimitExceeded)
        return error?.message
      }
      let hours = Self.arguments(range: "7d", interval: "hour", ["agent", "model"], top: 2)
      #expect(
        await refusal(MetricsResolver(scanBudget: .microseconds(300)), hours)
          == "The range has more than 10 rows of rollups by agent, at 30 µs each. Take a shorter range, a longer interval "
          + "than hour, ask for measures without percentiles, or tell fewer dimensions apart."
      )
      let list: [String: InputValue] = ["range": .string("30d"), "limit": .int(10)]
      #expect(
        await refusal(DimensionValuesResolver(.agent, scanBudget: .microseconds(15)), list)
          == "The range has more than 10 rows of rollups by agent, at 1.5 µs each. Take a shorter range, or tell fewer "
          + "dimensions apart."
      )
      let change: [String: InputValue] = ["range": .string("30d"), "top": .int(10)]
      #expect(
        await refusal(ExplainChangeResolver(scanBudget: .microseconds(18)), change)
          == "The range has more than 10 rows of rollups by agent, at 1.8 µs each. Take a shorter range, or tell fewer "
          + "dimensions apart."
      )
      for resolver in [MetricsResolver(), MetricsResolver(scanBudget: .seconds(60))] {
        #expect(try await database.body(resolver, .of(TraceSample.first, hours))["computed_from"]?.string == "rollups")
      }
    }
  }

  /// When a workspace has more agents than fit, agents are told apart by the traces.
  @Test func agentsBeyondTheLimitAreStillExact() async throws {
    let sample = TraceSample(seed: 65, count: 200)
    try await TreeDatabase.with { database in
      try await sample.write(to: database)
      try await database.execute(
        """
        INSERT INTO trace_dimension_overflows VALUES ('\(TraceSample.first)');
        UPDATE traces_daily SET agent_id = '(other)' WHERE agent_id = 'agent-2';
        UPDATE traces_hourly SET agent_id = '(other)' WHERE agent_id = 'agent-2';
        UPDATE traces_minutely SET agent_id = '(other)' WHERE agent_id = 'agent-2';
        """
      )
      let test = InputObject([InputObject.Member(name: "eq", value: .string("agent-2"))])
      let filter = InputValue.object(InputObject([InputObject.Member(name: "agentId", value: .object(test))]))
      try await check(sample, database, range: "30d", interval: "day", zone: "Europe/Berlin", ["model"], filter, top: 3)
      let arguments: [String: InputValue] = [
        "range": .string("30d"), "limit": .int(10), "page": .int(1), "agentId": .string("agent-2"),
      ]
      let list = try await database.body(TracesResolver(), .of(TraceSample.first, arguments))
      let window = try TimeRange(parsing: "30d").window(at: TraceSample.now)
      let count = sample.rows.count {
        $0.workspace == TraceSample.first && $0.agentID == "agent-2" && $0.timestamp >= window.from
          && $0.timestamp < window.to
      }
      #expect(list["total"]?.int == Int64(count))
    }
  }

  @Test func namesThatAreNoTimeZonesAreRefused() async throws {
    try await TreeDatabase.with { database in
      for zone in HostileText.all + ["UTC+1", "EST5EDT,M3.2.0", "Foo/Bar-5", "Europe/Berlin'", "Europe/Nowhere", "a/b"]
      {
        let arguments = Self.arguments(range: "7d", interval: "day", zone: zone)
        let error = await #expect(throws: GraphQLError.self, "\(zone.prefix(20))") {
          try await database.body(MetricsResolver(), .of(TraceSample.first, arguments))
        }
        #expect(error?.code == .badUserInput)
      }
    }
  }

  /// It was a statement with an empty list of columns.
  @Test func measuresThatNameNothingAreRefused() async throws {
    try await TreeDatabase.with { database in
      var arguments = Self.arguments(range: "7d", interval: nil, zone: "UTC")
      arguments["measures"] = .list([])
      let error = await #expect(throws: GraphQLError.self) {
        try await database.body(MetricsResolver(), .of(TraceSample.first, arguments))
      }
      #expect(error?.message == "measures names nothing; name at least one, or leave it out for all.")
    }
  }

  @Test func whatCannotBeRankedOrIsTooLongIsRefused() {
    var arguments = Self.arguments(range: "30d", ["model"])
    arguments["orderBy"] = .enumeration("p95LatencyMs")
    let rank = #expect(throws: GraphQLError.self) { try MetricsResolver().queries(.of(TraceSample.first, arguments)) }
    #expect(rank?.message.hasPrefix("Groups cannot be ranked by a percentile; ") == true)
    let series = Self.arguments(range: "24h", interval: "minute", ["model"], top: 100)
    let size = #expect(throws: GraphQLError.self) { try MetricsResolver().queries(.of(TraceSample.first, series)) }
    #expect(
      size?.message == """
        The series of 100 groups would have 145541 points; at most 50000 are given. Take a smaller top, a longer \
        interval or a shorter range.
        """
    )
  }

  // MARK: Values of dimensions, and changes

  @Test func dimensionValuesAreCounted() async throws {
    let sample = TraceSample(seed: 66, count: 300)
    try await TreeDatabase.with { database in
      try await sample.write(to: database)
      let window = try TimeRange(parsing: "7d").window(at: TraceSample.now)
      let rows = sample.rows.filter {
        $0.workspace == TraceSample.first && $0.timestamp >= window.from && $0.timestamp < window.to
      }
      for (dimension, name) in [(MetricDimension.agent, "agent"), (.model, "model"), (.tag, "tag")] {
        for text in [nil, "g", "%", "\u{0}", String(repeating: "'", count: 1_000_000)] {
          let oracle = MetricsOracle(rows: rows, window: window, interval: nil, timeZone: "UTC", dimensions: [name])
          let expected = oracle.groups().filter { group in text.map { (group.keys[0] ?? "").contains($0) } ?? true }
          let arguments: [String: InputValue] = [
            "range": .string("7d"), "limit": .int(3), "contains": text.map { .string($0) } ?? .null,
          ]
          let body = try await database.body(DimensionValuesResolver(dimension), .of(TraceSample.first, arguments))
          let items = body["items"]?.elements ?? []
          #expect(items.map { $0["value"]?.string } == expected.prefix(3).map { $0.keys[0] }, "\(name)")
          #expect(items.map { $0["requests"]?.int } == expected.prefix(3).map { Int64($0.rows.count) })
          #expect(body["total"]?.int == Int64(expected.count))
        }
      }
    }
  }

  /// Parts add up to the change, and each part is what a scan says.
  @Test(arguments: ["totalCostUsd", "requests", "errorRate", "avgLatencyMs", "avgQualityScore", "tokensTotal"])
  func contributionsAddUpToTheChange(measure: String) async throws {
    let sample = TraceSample(seed: 67, count: 400)
    try await TreeDatabase.with { database in
      try await sample.write(to: database)
      let window = try TimeRange(parsing: "7d").window(at: TraceSample.now)
      let arguments: [String: InputValue] = [
        "range": .string("7d"), "measure": .enumeration(measure), "top": .int(4),
        "groupBy": .list([.enumeration("agent"), .enumeration("status")]),
      ]
      let body = try await database.body(ExplainChangeResolver(), .of(TraceSample.first, arguments))
      func figure(_ window: TimeWindow) async throws -> Decimal {
        let columns = [
          "totalCostUsd": "sum(cost_usd)", "requests": "count(*)", "tokensTotal": "sum(tokens_total)",
          "errorRate": "avg(CASE status WHEN 'success' THEN 0 ELSE 100.00000000000000000000 END)",
          "avgLatencyMs": "avg(latency_ms * 1.00000000000000000000)",
          "avgQualityScore": "avg(quality_score * 1.00000000000000000000)",
        ]
        let text = try await database.text(
          """
          SELECT \(columns[measure] ?? "") FROM traces WHERE workspace_id = '\(TraceSample.first)'
            AND "timestamp" >= '\(window.from)' AND "timestamp" < '\(window.to)'
          """
        )
        return try #require(text.flatMap { Decimal(string: $0) })
      }
      func decimal(_ value: JSONValue?) throws -> Decimal {
        try #require(value?.number.flatMap { Decimal(string: $0) })
      }
      let change = try decimal(body["change"])
      let (now, before) = (try await figure(window), try await figure(window.previous))
      #expect(abs(change - (now - before)) < Decimal(sign: .plus, exponent: -9, significand: 1))
      #expect(abs(try decimal(body["value"]) - now) < Decimal(sign: .plus, exponent: -5, significand: 1))
      let items = body["items"]?.elements ?? []
      #expect(items.count == 5 && items.last?["is_other"]?.bool == true)
      let parts = try items.map { try decimal($0["contribution"]) }
      #expect(parts.reduce(0, +) == change)
      #expect(zip(parts.dropLast(), parts.dropLast().dropFirst()).allSatisfy { abs($0) >= abs($1) })
    }
  }
}
