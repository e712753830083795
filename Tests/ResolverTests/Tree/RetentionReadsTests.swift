import JSON
import Schema
import Testing

@testable import Resolver

/// Reads over a window of which the older traces have been let go of.
@Suite(.enabled(if: TreeDatabase.isAvailable, TreeDatabase.absence))
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
      let tags = DimensionValuesResolver(.tag, scanBudget: .nanoseconds(1900 * kept))
      await #expect(throws: GraphQLError.self) { try await database.body(tags, call) }
      try await database.execute(Self.retention)
      #expect(try await database.body(tags, call)["total"]?.int ?? 0 > 0)
    }
  }
}
