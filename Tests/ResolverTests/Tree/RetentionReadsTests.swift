import JSON
import Schema
import TestSupport
import Testing

@testable import Resolver

/// Reads over a window of which the older traces have been let go of.
@Suite(.enabled(if: TreeDatabase.isAvailable, TreeDatabase.absence), .inTurn)
struct RetentionReadsTests {
  private static let retention = """
    SELECT move_trace_horizon('2026-03-01Z');
    SELECT drop_trace_day(day) FROM trace_days_before_horizon() AS day
    """

  /// A total by rollups, which remember all, would promise pages that are not there.
  @Test func aListCountsWhatIsKept() async throws {
    try await TreeDatabase.with { database in
      try await TraceSample(seed: 61, count: 300).write(to: database)
      let all = FieldCall.of(TraceSample.first, ["range": .string("30d"), "limit": .int(1000), "page": .int(1)])
      let before = try #require(try await database.body(TracesResolver(), all)["total"]?.int)
      try await database.execute(Self.retention)
      let kept = try #require(
        try await database.text(
          """
          SELECT count(*) FROM traces WHERE workspace_id = '\(TraceSample.first)'
            AND "timestamp" >= '2026-02-12T09:26:54Z' AND "timestamp" < '2026-03-14T09:26:54Z'
          """
        )
      )
      let body = try await database.body(TracesResolver(), all)
      #expect("\(body["items"]?.elements.count ?? 0)" == kept)
      #expect(body["total"]?.int == Int64(kept))
      #expect(before > Int64(kept) ?? .max)
    }
  }

  @Test func figuresOfWholeDaysStay() async throws {
    try await TreeDatabase.with { database in
      try await TraceSample(seed: 62, count: 300).write(to: database)
      let call = FieldCall.of(TraceSample.first, ["range": .string("2026-02-01T00:00:00Z/2026-03-10T05:00:00Z")])
      let before = try await database.body(HomeKpisResolver(), call).json
      try await database.execute(Self.retention)
      #expect(try await database.body(HomeKpisResolver(), call).json == before)
    }
  }

  /// What a scan would read is counted before it begins.
  @Test func aScanIsRefusedForWhatIsKeptAlone() async throws {
    try await TreeDatabase.with { database in
      try await TraceSample(seed: 63, count: 300).write(to: database)
      let call = FieldCall.of(TraceSample.first, ["range": .string("30d"), "limit": .int(100)])
      let kept = try #require(
        try await database.text(
          """
          SELECT count(*) FROM traces WHERE workspace_id = '\(TraceSample.first)'
            AND "timestamp" >= '2026-03-01Z' AND "timestamp" < '2026-03-14T09:26:54Z'
          """
        ).flatMap { Int64($0) }
      )
      let tags = DimensionValuesResolver(.tag, scanBudget: .nanoseconds(4700 * kept))
      await #expect(throws: GraphQLError.self) { try await database.body(tags, call) }
      try await database.execute(Self.retention)
      #expect(try await database.body(tags, call)["total"]?.int ?? 0 > 0)
    }
  }

  /// They gave zeros for days whose minutes and traces were gone.
  @Test func whatOnlyMinutesOrTracesKnowIsRefusedBeforeTheHorizon() async throws {
    try await TreeDatabase.with { database in
      try await TraceSample(seed: 64, count: 300).write(to: database)
      try await database.execute(Self.retention)
      let days = "2026-02-20T00:00:00Z/2026-03-10T00:00:00Z"
      for (range, more) in [
        (days, ["groupBy": InputValue.list([.enumeration("user")])]),
        (days, ["interval": .enumeration("day"), "timeZone": .string("Asia/Kolkata")]),
        ("2026-02-20T04:00:00Z/2026-02-20T06:00:00Z", ["interval": .enumeration("minute")]),
        ("2026-02-20T04:10:00Z/2026-02-20T04:50:00Z", [:]),
      ] {
        let error = await #expect(throws: GraphQLError.self) {
          try await database.body(MetricsResolver(), Self.metrics(range, more))
        }
        #expect(error?.code == .invalidTimeRange)
        #expect(
          error?.message
            == "Invalid time range: traces and minutes before 2026-03-01T00:00:00Z are no longer kept, and this takes "
            + "them. Begin then or later; hours and days by agent, model, provider and status go further back."
        )
      }
      // From the horizon on there is nothing to refuse.
      for more in [["groupBy": InputValue.list([.enumeration("user")])], ["interval": .enumeration("hour")]] {
        _ = try await database.body(MetricsResolver(), Self.metrics("2026-03-01T00:00:00Z/2026-03-10T00:00:00Z", more))
      }
    }
  }

  /// The edges of a window before the horizon are known by whole hours; the answer says which window its figures cover.
  @Test func figuresSayWhichWindowTheyCover() async throws {
    try await TreeDatabase.with { database in
      try await TraceSample(seed: 65, count: 300).write(to: database)
      func totals(_ range: String) async throws -> (window: String?, requests: Int64?) {
        let body = try await database.body(MetricsResolver(), Self.metrics(range, ["interval": .enumeration("day")]))
        return (body["window"]?.json, body["totals"]?["requests"]?.int)
      }
      let ragged = "2026-02-15T10:20:30Z/2026-02-25T07:50:00Z"
      let whole = try await totals("2026-02-15T11:00:00Z/2026-02-25T07:00:00Z")
      #expect(try await totals(ragged).window == #"{"from":"2026-02-15T10:20:30Z","to":"2026-02-25T07:50:00Z"}"#)
      try await database.execute(Self.retention)
      #expect(try await totals(ragged) == whole)
      #expect(whole.window == #"{"from":"2026-02-15T11:00:00Z","to":"2026-02-25T07:00:00Z"}"#)
      let across = try await totals("2026-02-15T10:20:30Z/2026-03-05T07:50:00Z")
      #expect(across.window == #"{"from":"2026-02-15T11:00:00Z","to":"2026-03-05T07:50:00Z"}"#)
    }
  }

  /// They told the window that was asked for.
  @Test func kpisAndChangesSayWhichWindowsTheyCover() async throws {
    try await TreeDatabase.with { database in
      try await TraceSample(seed: 66, count: 300).write(to: database)
      try await database.execute(Self.retention)
      let change: [String: InputValue] = ["top": .int(3), "measure": .enumeration("requests")]
      func windows(_ resolver: some RootFieldResolver, _ range: String) async throws -> [String?] {
        let call = FieldCall.of(TraceSample.first, change.merging(["range": .string(range)]) { $1 })
        let body = try await database.body(resolver, call)
        return ["window", "previous_window"].map { body[$0]?.json }
      }
      let ragged = "2026-02-20T04:10:00Z/2026-02-21T04:50:00Z"
      let told = [
        #"{"from":"2026-02-20T05:00:00Z","to":"2026-02-21T04:00:00Z"}"#,
        #"{"from":"2026-02-19T04:00:00Z","to":"2026-02-20T04:00:00Z"}"#,
      ]
      #expect(try await windows(HomeKpisResolver(), ragged) == told)
      #expect(try await windows(ExplainChangeResolver(), ragged) == told)
      for resolver in [HomeKpisResolver(), ExplainChangeResolver()] as [any RootFieldResolver] {
        let error = await #expect(throws: GraphQLError.self) {
          try await windows(resolver, "2026-02-20T04:10:00Z/2026-02-20T04:50:00Z")
        }
        #expect(error?.code == .invalidTimeRange)
      }
    }
  }

  private static func metrics(_ range: String, _ more: [String: InputValue]) -> FieldCall {
    let arguments: [String: InputValue] = [
      "range": .string(range), "timeZone": .string("UTC"), "top": .int(10), "orderBy": .enumeration("requests"),
      "measures": .list([.enumeration("requests")]),
    ]
    return .of(TraceSample.first, arguments.merging(more) { $1 })
  }
}
