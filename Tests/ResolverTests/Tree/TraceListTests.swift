import Database
import Foundation
import JSON
import Resolver
import Schema
import TestSupport
import Testing

/// Filters, orders and cursors of `traces` against an oracle in memory.
@Suite(.serialized, .enabled(if: TreeDatabase.isAvailable, TreeDatabase.absence), .inTurn)
struct TraceListTests {
  private static let orders: [(name: String, isDescending: Bool)] = [
    ("time", true), ("time", false), ("latency", true), ("latency", false), ("cost", true), ("cost", false),
  ]

  @Test func filtersAndOrdersGiveWhatAnOracleGives() async throws {
    let sample = TraceSample(seed: 51, count: 500)
    try await TreeDatabase.with { database in
      try await sample.write(to: database)
      var random = SplitMix64(seed: 52)
      var matched = 0
      for number in 0..<90 {
        let filter = RandomFilter.make(&random)
        let range = ["24h", "7d", "30d", "2026-02-20T10:11:12.000001Z/P9DT1H"][number % 4]
        let order = Self.orders[number % Self.orders.count]
        let workspace = number % 5 == 0 ? TraceSample.second : TraceSample.first
        let expected = try Self.expected(sample, workspace, range: range, filter, order)
        let arguments = Self.arguments(range: range, filter, order, limit: 1000)
        let body = try await database.body(TracesResolver(), .of(workspace, arguments))
        let found = (body["items"]?.elements ?? []).map { $0["trace_id"]?.string }
        #expect(found == expected, "\(filter) over \(range), by \(order)")
        #expect(body["total"]?.int == Int64(expected.count), "\(filter)")
        matched += expected.count
      }
      // Filters that let nothing through would prove little.
      #expect(matched > 2000)
    }
  }

  /// Going on by cursor lists every trace once, in order, though others arrive and go meanwhile.
  @Test func cursorsAreStableUnderInserts() async throws {
    let sample = TraceSample(seed: 53, count: 300)
    try await TreeDatabase.with { database in
      try await sample.write(to: database)
      for order in Self.orders {
        let expected = try Self.expected(sample, TraceSample.first, range: "30d", .object(InputObject()), order)
        var found: [String?] = []
        var arguments = Self.arguments(range: "30d", .null, order, limit: 50)
        arguments["first"] = .int(41)
        while true {
          let body = try await database.body(TracesResolver(), .of(TraceSample.first, arguments))
          found += (body["items"]?.elements ?? []).map { $0["trace_id"]?.string }.filter {
            $0?.hasPrefix("new") == false
          }
          #expect(body["page_info"]?["has_previous_page"]?.bool == (arguments["after"] != nil))
          guard body["page_info"]?["has_next_page"]?.bool == true else { break }
          arguments["after"] = .string(try #require(body["page_info"]?["end_cursor"]?.string))
          try await Self.insertNewest(database, found.count)
        }
        #expect(found == expected, "by \(order)")
        try await database.execute("DELETE FROM traces WHERE trace_id LIKE 'new%'")
      }
    }
  }

  private static func insertNewest(_ database: TreeDatabase, _ number: Int) async throws {
    try await database.execute(
      """
      INSERT INTO traces (workspace_id, trace_id, agent_id, "timestamp", latency_ms, status, cost_usd)
      SELECT '\(TraceSample.first)', 'new-\(number)-' || latency, 'a', '2026-03-14T09:26:00Z', latency, 'success', latency
      FROM unnest(ARRAY[0, 30000, 2000000]) AS latency
      """
    )
  }

  @Test func aCursorOfAnotherOrderOrOfNothingIsRefused() async throws {
    try await TreeDatabase.with { database in
      try await TraceSample(seed: 54, count: 20).write(to: database)
      let arguments = Self.arguments(range: "30d", .null, ("latency", true), limit: 5)
      let body = try await database.body(TracesResolver(), .of(TraceSample.first, arguments))
      let cursor = try #require(body["page_info"]?["end_cursor"]?.string)
      var other = Self.arguments(range: "30d", .null, ("cost", true), limit: 5)
      other["after"] = .string(cursor)
      let error = #expect(throws: GraphQLError.self) { try TracesResolver().queries(.of(TraceSample.first, other)) }
      #expect(error?.message == "The cursor was made for another orderBy.")
      for text in HostileText.all + [cursor + "A", String(cursor.dropLast()), "bGF0ZW5jeSBkZXNjfDF8J3wn"] {
        other["after"] = .string(text)
        let error = #expect(throws: GraphQLError.self) { try TracesResolver().queries(.of(TraceSample.first, other)) }
        #expect(error?.code == .badUserInput)
      }
      var both = arguments
      both["after"] = .string(cursor)
      both["page"] = .int(2)
      let conflict = #expect(throws: GraphQLError.self) { try TracesResolver().queries(.of(TraceSample.first, both)) }
      #expect(conflict?.message == "Give either page or after: a list goes on from one place only.")
    }
  }

  /// Any text in any place of a filter: an answer, never an SQL error, and nothing of another workspace.
  @Test func hostileTextsMatchOnlyThemselves() async throws {
    let sample = TraceSample(seed: 55, count: 60)
    try await TreeDatabase.with { database in
      try await sample.write(to: database)
      let fields = [
        "traceId", "agentId", "model", "modelProvider", "userId", "sessionId", "tag", "input", "output", "error",
      ]
      for text in HostileText.all {
        for field in fields {
          let isLong = text.utf8.count > 1000
          for name in isLong ? ["ne", "lt"] : ["eq", "ne", "gt", "gte", "lt", "lte", "prefix", "contains"] {
            let test = InputObject([InputObject.Member(name: name, value: .string(text))])
            let filter = InputValue.object(InputObject([InputObject.Member(name: field, value: .object(test))]))
            let arguments = Self.arguments(range: "30d", filter, ("time", true), limit: 1000)
            let body = try await database.body(TracesResolver(), .of(TraceSample.first, arguments))
            let items = body["items"]?.elements ?? []
            #expect(items.allSatisfy { $0["workspace_id"]?.string == TraceSample.first.text })
            guard field != "output", field != "error" else { continue }
            let expected = try Self.expected(sample, TraceSample.first, range: "30d", filter, ("time", true))
            #expect(items.map { $0["trace_id"]?.string } == expected, "\(field) \(name) \(text.prefix(20))")
          }
        }
      }
    }
  }

  @Test func tooLargeAScanIsRefusedWithAdvice() async throws {
    try await TreeDatabase.with { database in
      try await TraceSample(seed: 56, count: 100).write(to: database)
      let resolver = TracesResolver(scanBudget: .microseconds(8))
      let test = InputObject([InputObject.Member(name: "eq", value: .string("u1"))])
      let filter = InputValue.object(InputObject([InputObject.Member(name: "userId", value: .object(test))]))
      for (arguments, reason) in [
        (Self.arguments(range: "30d", filter, ("time", true), limit: 5), "Filtering by userId"),
        (Self.arguments(range: "30d", .null, ("cost", true), limit: 5), "Sorting by cost"),
      ] {
        let error = await #expect(throws: GraphQLError.self) {
          try await database.body(resolver, .of(TraceSample.first, arguments))
        }
        #expect(error?.code == .costLimitExceeded)
        #expect(error?.message.hasPrefix("\(reason) looks at every trace of the range: ") == true)
      }
      let cheap = Self.arguments(range: "30d", .null, ("time", true), limit: 5)
      #expect(try await database.body(resolver, .of(TraceSample.first, cheap))["items"]?.elements.count == 5)
    }
  }

  /// What rollups cannot count, and pages that only a walk over all before them reaches.
  @Test func overflowsAndDeepPagesHaveAPrice() async throws {
    try await TreeDatabase.with { database in
      let sample = TraceSample(seed: 57, count: 100)
      try await sample.write(to: database)
      let resolver = TracesResolver(scanBudget: .nanoseconds(20 * 330))
      let count = try Self.expected(sample, TraceSample.first, range: "30d", .null, ("time", true)).count
      func message(_ more: [String: InputValue], _ resolver: TracesResolver) async -> String? {
        let arguments = Self.arguments(range: "30d", .null, ("time", true), limit: 5).merging(more) { $1 }
        do {
          _ = try await database.body(resolver, .of(TraceSample.first, arguments))
          return nil
        } catch {
          return (error as? GraphQLError)?.message
        }
      }
      var arguments = Self.arguments(range: "30d", .null, ("time", true), limit: 5)
      for page in 1...4 {
        arguments["page"] = .int(Int64(page))
        #expect(try await database.body(resolver, .of(TraceSample.first, arguments))["items"]?.elements.count == 5)
      }
      // 4 at 1.5 µs each.
      #expect(await message(["page": .int(2001)], TracesResolver()) == nil)
      #expect(
        await message(["page": .int(2001)], TracesResolver(scanBudget: .nanoseconds(4 * 1500)))
          == "Page 2001 passes over the traces before it: \(count), more than 4 at 1.5 µs each. Take a range of about "
          + "\(30 * 4 * 24 / count) h, or go on from a cursor with after."
      )
      let agent: [String: InputValue] = ["agentId": .string("agent-1")]
      arguments = Self.arguments(range: "30d", .null, ("time", true), limit: 5).merging(agent) { $1 }
      let counted = try await database.body(resolver, .of(TraceSample.first, arguments))["total"]?.int
      try await database.execute("INSERT INTO trace_dimension_overflows VALUES ('\(TraceSample.first)')")
      #expect(
        await message(agent, resolver)
          == "Telling so many agents and models apart looks at every trace of the range: \(count), more than 20 at 0.4 µs "
          + "each. Take a range of about \(30 * 20 / count) days, or filter by status only."
      )
      #expect(try await database.body(TracesResolver(), .of(TraceSample.first, arguments))["total"]?.int == counted)
    }
  }

  /// Long lists are looked up by hash, short ones compared one by one.
  @Test(arguments: [3, 40])
  func listsOfAnyLengthMatchTheSame(length: Int) async throws {
    try await TreeDatabase.with { database in
      let sample = TraceSample(seed: 58, count: 200)
      try await sample.write(to: database)
      let rows = sample.rows.filter { $0.workspace == TraceSample.first }.prefix(length)
      let lists: [(String, [InputValue])] = [
        ("traceId", rows.map { .string($0.traceID) }), ("timestamp", rows.map { .string($0.timestamp.text) }),
        ("userId", rows.compactMap { $0.user.map { .string($0) } }),
        ("latencyMs", rows.map { .int(Int64($0.latency)) }),
        ("tag", rows.flatMap { $0.tags.map { .string($0) } }), ("agentId", rows.map { .string($0.agentID) }),
      ]
      for (field, values) in lists {
        for name in ["in", "notIn"] {
          let test = InputObject([InputObject.Member(name: name, value: .list(values))])
          let filter = InputValue.object(InputObject([InputObject.Member(name: field, value: .object(test))]))
          for order in [("time", true), ("latency", true)] {
            let arguments = Self.arguments(range: "30d", filter, order, limit: 1000)
            let body = try await database.body(TracesResolver(), .of(TraceSample.first, arguments))
            let expected = try Self.expected(sample, TraceSample.first, range: "30d", filter, order)
            #expect(body["items"]?.elements.map { $0["trace_id"]?.string } == expected, "\(field) \(name) \(order)")
            #expect(body["total"]?.int == Int64(expected.count))
          }
        }
      }
    }
  }

  @Test func aFilterHasASize() throws {
    let test = InputValue.object(InputObject([InputObject.Member(name: "eq", value: .string("a"))]))
    let one = InputValue.object(InputObject([InputObject.Member(name: "agentId", value: test)]))
    let many = InputValue.object(
      InputObject([InputObject.Member(name: "or", value: .list(Array(repeating: one, count: 101)))])
    )
    let arguments = Self.arguments(range: "30d", many, ("time", true), limit: 10)
    let error = #expect(throws: GraphQLError.self) { try TracesResolver().queries(.of(TraceSample.first, arguments)) }
    #expect(error?.message == "A filter may hold at most 100 tests.")
  }

  /// Parts without tests, long lists and long texts would cost as much as many tests.
  @Test(arguments: [
    (#"{"or":[PARTS]}"#, "A filter may hold at most 200 parts."),
    (#"{"and":[{"not":{"and":[PARTS]}}]}"#, "A filter may hold at most 200 parts."),
    (
      #"{"userId":{"in":[VALUES]},"sessionId":{"notIn":[VALUES]}}"#,
      "The lists of a filter may hold at most 1000 values together."
    ),
    (#"{"input":{"contains":"TEXT"}}"#, "A text that is searched for may have at most 256 bytes; this one has 257."),
    (#"{"agentId":{"prefix":"TEXT"}}"#, "A text that is searched for may have at most 256 bytes; this one has 257."),
  ])
  func aFilterIsNoLargerThanAStatementShouldBe(json: String, message: String) throws {
    let text = json.replacing("PARTS", with: Array(repeating: "{}", count: 201).joined(separator: ","))
      .replacing("VALUES", with: Array(repeating: "\"a\"", count: 501).joined(separator: ","))
      .replacing("TEXT", with: String(repeating: "a", count: 257))
    let filter = InputValue(try JSONDocument(parsing: Array(text.utf8)).root)
    let arguments = Self.arguments(range: "30d", filter, ("time", true), limit: 10)
    let error = #expect(throws: GraphQLError.self) { try TracesResolver().queries(.of(TraceSample.first, arguments)) }
    #expect(error?.message == message)
  }

  // MARK: Arguments and what they should give

  private static func arguments(
    range: String,
    _ filter: InputValue,
    _ order: (name: String, isDescending: Bool),
    limit: Int64
  ) -> [String: InputValue] {
    let orderBy = InputObject([
      InputObject.Member(name: "field", value: .enumeration(order.name)),
      InputObject.Member(name: "direction", value: .enumeration(order.isDescending ? "desc" : "asc")),
    ])
    return [
      "range": .string(range), "limit": .int(limit), "page": .int(1), "where": filter, "orderBy": .object(orderBy),
    ]
  }

  private static func expected(
    _ sample: TraceSample,
    _ workspace: WorkspaceID,
    range: String,
    _ filter: InputValue,
    _ order: (name: String, isDescending: Bool)
  ) throws -> [String?] {
    let window = try TimeRange(parsing: range).window(at: TraceSample.now)
    let rows = sample.rows.filter {
      $0.workspace == workspace && $0.timestamp >= window.from && $0.timestamp < window.to
        && FilterOracle.passes($0, filter)
    }
    func key(_ row: TraceSample.Row) -> Decimal {
      switch order.name {
      case "latency": Decimal(row.latency)
      case "cost": row.cost.flatMap { Decimal(string: $0) } ?? -1
      default: 0
      }
    }
    let sorted = rows.sorted { left, right in
      if key(left) != key(right) { return key(left) < key(right) }
      if left.timestamp != right.timestamp { return left.timestamp < right.timestamp }
      return left.traceID.utf8.lexicographicallyPrecedes(right.traceID.utf8)
    }
    return (order.isDescending ? sorted.reversed() : sorted).map(\.traceID)
  }
}
