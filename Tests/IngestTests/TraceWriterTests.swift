import Database
import Synchronization
import TestSupport
import Testing

@testable import Ingest

@Suite(.enabled(if: TestServers.postgresURL != nil, TelemetryDatabase.absence), .inTurn)
struct TraceWriterTests {
  private static let workspace = UUIDBytes(high: 0xAAAA_AAAA_0000_4000, low: 0x8000_0000_0000_0001)
  private static let otherWorkspace = UUIDBytes(high: 0xAAAA_AAAA_0000_4000, low: 0x8000_0000_0000_0002)

  /// Traces as the demo makes them: all fields, several days, hours and models.
  private static func traces(_ count: Int, seed: UInt64 = 3) throws -> [TraceInput] {
    let configuration = try DemoConfiguration(traces: count, days: 3, seed: seed, workspaces: [workspace])
    return DemoData(configuration).days.flatMap(\.traces)
  }

  private static func trace(_ id: String, _ change: (inout TraceInput) -> Void = { _ in }) -> TraceInput {
    var trace = TraceInput(traceID: id, agentID: "a", timestamp: TraceTimestamp.now, latency: 10, status: .success)
    change(&trace)
    return trace
  }

  @Test func writesEveryFieldAsItWas() async throws {
    try await TelemetryDatabase.with { database in
      let instant = try #require(TraceTimestamp("2026-03-14T09:26:53.123456Z"))
      let span = SpanInput(
        spanID: "s1",
        parentSpanID: "s0",
        name: "call",
        kind: "llm",
        start: instant,
        end: instant.adding(milliseconds: 5),
        latency: 5,
        status: .timeout,
        model: "m",
        tokensInput: 1,
        tokensOutput: 2,
        cost: ExactDecimal("0.10"),
        attributes: Array(#"{"k":[1]}"#.utf8)
      )
      let trace = TraceInput(
        traceID: "t1",
        agentID: "ägent",
        timestamp: instant,
        latency: 812,
        status: .error,
        model: "m",
        modelProvider: "p",
        tokensInput: 3,
        tokensOutput: 4,
        tokensTotal: 7,
        cost: ExactDecimal("0.0450"),
        qualityScore: ExactDecimal("91.5"),
        tags: ["a", "b,\"c"],
        input: "in",
        output: "out\n",
        error: "e",
        metadata: Array(#"{"x":"y"}"#.utf8),
        userID: "u",
        sessionID: "s",
        spans: [span]
      )
      let report = try await TraceWriter(pool: database.pool).write([trace], workspace: Self.workspace)
      #expect(report.inserted == [0])
      let rows = try await database.column("SET timezone = 'UTC'; SELECT t::text FROM traces t")
      #expect(
        rows == [
          #"(aaaaaaaa-0000-4000-8000-000000000001,t1,ägent,"2026-03-14 09:26:53.123456+00",812,error,m,p,3,4,7,0.0450,91.5,"{a,""b,\\""c""}",u,s,e,"{""x"": ""y""}")"#
        ]
      )
      let texts = try await database.column("SELECT input || '|' || output FROM trace_io")
      #expect(texts == ["in|out\n"])
      let spans = try await database.column(
        "SET timezone = 'UTC'; SELECT (span_id, parent_span_id, name, kind, start_time, end_time, latency_ms, "
          + "status, model, tokens_input, tokens_output, cost_usd, attributes, \"timestamp\")::text FROM spans"
      )
      #expect(
        spans == [
          #"(s1,s0,call,llm,"2026-03-14 09:26:53.123456+00","2026-03-14 09:26:53.128456+00",5,timeout,m,1,2,0.10,"{""k"": [1]}","2026-03-14 09:26:53.123456+00")"#
        ]
      )
    }
  }

  @Test func keepsNullsAndWritesNoEmptyTextRows() async throws {
    try await TelemetryDatabase.with { database in
      _ = try await TraceWriter(pool: database.pool).write(
        [Self.trace("bare"), Self.trace("zero") { $0.cost = .zero }],
        workspace: Self.workspace
      )
      #expect(try await database.counts() == [2, 2, 0, 0, 1, 1])
      let costs = try await database.column("SELECT coalesce(cost_usd::text, 'null') FROM traces ORDER BY trace_id")
      #expect(costs == ["null", "0"])
      let nulls = try await database.column(
        "SELECT num_nulls(model, model_provider, tokens_input, quality_score, user_id, error)::text FROM traces"
      )
      #expect(nulls == ["6", "6"])
    }
  }

  @Test func rollupsEqualAnIndependentGroupBy() async throws {
    try await TelemetryDatabase.with { database in
      let writer = TraceWriter(pool: database.pool)
      var traces = try Self.traces(3000)
      // Exact sums, whatever the digits: a float would lose these.
      traces[0].cost = ExactDecimal("0.00000000000000000000000001")
      traces[1].cost = ExactDecimal("999999.99")
      for start in stride(from: 0, to: traces.count, by: 700) {
        _ = try await writer.write(Array(traces[start..<min(start + 700, traces.count)]), workspace: Self.workspace)
      }
      _ = try await writer.write(Array(traces.prefix(500)), workspace: Self.otherWorkspace)
      #expect(try await database.count(of: "traces") == 3500)
      #expect(try await database.rollupDifferences() == [])
      #expect(try await database.histogramDifferences("traces_hourly", bucket: "hour") == [])
      #expect(try await database.histogramDifferences("traces_daily", bucket: "day") == [])
      #expect(try await database.differencesByFunction() == ["0"])
    }
  }

  @Test func writingAgainChangesNothing() async throws {
    try await TelemetryDatabase.with { database in
      let commits = Mutex(0)
      let writer = TraceWriter(pool: database.pool) { workspace in
        #expect(workspace == Self.workspace)
        commits.withLock { $0 += 1 }
      }
      let traces = try Self.traces(800)
      let first = try await writer.write(traces, workspace: Self.workspace)
      #expect(first.inserted == Array(0..<800) && first.duplicates == 0)
      let before = try await database.fingerprint()
      let second = try await writer.write(traces.reversed(), workspace: Self.workspace)
      #expect(second.inserted.isEmpty && second.duplicates == 800)
      #expect(try await database.fingerprint() == before)
      #expect(commits.withLock(\.self) == 1)
    }
  }

  @Test func aKnownTraceIsSkippedWhateverItSays() async throws {
    try await TelemetryDatabase.with { database in
      let writer = TraceWriter(pool: database.pool)
      _ = try await writer.write([Self.trace("t")], workspace: Self.workspace)
      let again = Self.trace("t") {
        $0.timestamp = $0.timestamp.adding(seconds: -90_000)
        $0.latency = 99
        $0.input = "other"
      }
      let report = try await writer.write([again, Self.trace("u")], workspace: Self.workspace)
      #expect(report.inserted == [1] && report.duplicates == 1)
      let latencies = try await database.column("SELECT latency_ms FROM traces ORDER BY trace_id")
      #expect(latencies == ["10", "10"])
      #expect(try await database.rollupDifferences() == [])
    }
  }

  @Test func theFirstOfABatchCounts() async throws {
    try await TelemetryDatabase.with { database in
      let batch = [
        Self.trace("b"), Self.trace("a"), Self.trace("b") { $0.latency = 77 }, Self.trace("b") { $0.latency = 78 },
      ]
      let report = try await TraceWriter(pool: database.pool).write(batch, workspace: Self.workspace)
      #expect(report.inserted == [0, 1] && report.duplicates == 2)
      let latencies = try await database.column("SELECT latency_ms FROM traces")
      #expect(latencies == ["10", "10"])
      #expect(try await database.rollupDifferences() == [])
    }
  }

  @Test func oneIdInTwoWorkspacesIsTwoTraces() async throws {
    try await TelemetryDatabase.with { database in
      let writer = TraceWriter(pool: database.pool)
      for workspace in [Self.workspace, Self.otherWorkspace] {
        let report = try await writer.write([Self.trace("same")], workspace: workspace)
        #expect(report.inserted == [0])
      }
      #expect(try await database.rollupDifferences() == [])
    }
  }

  @Test func whatTheDatabaseRefusesIsFoundAndTheRestWritten() async throws {
    try await TelemetryDatabase.with { database in
      var batch = (0..<37).map { number in Self.trace("t\(number)") }
      batch[11].metadata = Array("{no json".utf8)
      batch[30].traceID = "nul\0"
      let report = try await TraceWriter(pool: database.pool).write(batch, workspace: Self.workspace)
      #expect(report.inserted == (0..<37).filter { $0 != 11 && $0 != 30 })
      #expect(report.rejected.map(\.index) == [11, 30])
      #expect(report.rejected.first?.reason == "the database refused it (SQLSTATE 22P02)")
      #expect(try await database.count(of: "trace_locator") == 35)
      #expect(try await database.rollupDifferences() == [])
    }
  }

  @Test func writersWithTheSameTracesCountThemOnce() async throws {
    try await TelemetryDatabase.with { database in
      let writer = TraceWriter(pool: database.pool)
      let traces = try Self.traces(1200)
      let inserted = try await withThrowingTaskGroup(of: Int.self) { group in
        for number in 0..<4 {
          let part = Array(traces.dropFirst(number * 200).prefix(600).shuffled())
          group.addTask { try await writer.write(part, workspace: Self.workspace).inserted.count }
        }
        return try await group.reduce(0, +)
      }
      #expect(inserted == 1200)
      #expect(try await database.count(of: "traces") == 1200)
      #expect(try await database.rollupDifferences() == [])
    }
  }

  @Test func aBatchAboveTheLimitIsSplit() async throws {
    try await TelemetryDatabase.with { database in
      let commits = Mutex(0)
      let writer = TraceWriter(pool: database.pool) { _ in commits.withLock { $0 += 1 } }
      let batch = (0...TraceWriter.maximumBatch).map { number in Self.trace("t\(number)") }
      let report = try await writer.write(batch, workspace: Self.workspace)
      #expect(report.inserted == Array(batch.indices))
      #expect(commits.withLock(\.self) == 2)
    }
  }

  /// Agents beyond the limit share a row; nothing is lost or counted twice.
  @Test func combinationsBeyondTheLimitShareARow() async throws {
    try await TelemetryDatabase.with { database in
      let writer = TraceWriter(pool: database.pool, dimensionLimit: 5)
      let instant = try #require(TraceTimestamp("2026-03-14T09:26:53Z"))
      for start in [0, 4] {
        let batch = (start..<start + 8).map { number in
          Self.trace("t\(start)-\(number)") {
            $0.agentID = "agent-\(number)"
            $0.timestamp = instant
          }
        }
        _ = try await writer.write(batch, workspace: Self.workspace)
      }
      let agents = try await database.column(
        "SELECT agent_id || ' ' || request_count FROM traces_daily ORDER BY agent_id"
      )
      #expect(agents == ["(other) 10", "agent-0 1", "agent-1 1", "agent-2 1", "agent-3 1", "agent-4 2"])
      #expect(try await database.count(of: "trace_dimension_overflows") == 1)
      #expect(try await database.differencesByFunction() == ["0"])
    }
  }

  @Test func rebuildingRepairsWhatDiffers() async throws {
    try await TelemetryDatabase.with { database in
      _ = try await TraceWriter(pool: database.pool).write(try Self.traces(900), workspace: Self.workspace)
      #expect(try await database.differencesByFunction() == ["0"])
      _ = try await database.column(
        """
        UPDATE traces_hourly SET request_count = request_count + 1, latency_histogram = 0 WHERE hour = (
          SELECT min(hour) FROM traces_hourly);
        DELETE FROM traces_minutely WHERE minute = (SELECT max(minute) FROM traces_minutely);
        INSERT INTO traces_daily (workspace_id, day, agent_id, status)
          SELECT workspace_id, day, 'nobody', 'error' FROM traces_daily LIMIT 1
        """
      )
      #expect(try await database.differencesByFunction() != ["0"])
      let rebuild = RollupRebuild(pool: database.pool)
      let found = try await rebuild.run(repairing: false)
      #expect(found.days == 3 || found.days == 4)
      #expect(found.differing > 0)
      #expect(try await database.rollupDifferences() != [])
      #expect(try await rebuild.run(repairing: true).differing == found.differing)
      #expect(try await database.rollupDifferences() == [])
      #expect(try await database.histogramDifferences("traces_hourly", bucket: "hour") == [])
      #expect(try await rebuild.run(repairing: true).differing == 0)
    }
  }

  /// What is wrong in one narrow rollup alone is found and repaired, whether a row is missing, wrong or too many.
  @Test func rebuildingRepairsEachNarrowRollup() async throws {
    try await TelemetryDatabase.with { database in
      _ = try await TraceWriter(pool: database.pool).write(try Self.traces(300), workspace: Self.workspace)
      let rebuild = RollupRebuild(pool: database.pool)
      #expect(try await rebuild.run(repairing: false).differing == 0)
      for (table, bucket) in [
        ("traces_minutely_totals", "minute"), ("traces_hourly_models", "hour"), ("traces_hourly_totals", "hour"),
        ("traces_daily_models", "day"), ("traces_daily_totals", "day"),
      ] {
        let latest = "WHERE \(bucket) = (SELECT max(\(bucket)) FROM \(table))"
        for damage in [
          "DELETE FROM \(table) \(latest)",
          "UPDATE \(table) SET total_cost_usd = total_cost_usd + 1 \(latest)",
          "UPDATE \(table) SET \(bucket) = \(bucket) + interval '10 days' \(latest)",
        ] {
          _ = try await database.column(damage)
          #expect(try await rebuild.run(repairing: true).rows > 0, "\(damage)")
          #expect(try await database.rollupDifferences() == [], "\(damage)")
          #expect(try await rebuild.run(repairing: false).differing == 0, "\(damage)")
        }
      }
    }
  }

  @Test func anEmptyBatchDoesNothing() async throws {
    try await TelemetryDatabase.with { database in
      let report = try await TraceWriter(pool: database.pool).write([], workspace: Self.workspace)
      #expect(report == WriteReport())
      #expect(try await database.counts() == [0, 0, 0, 0, 0, 0])
    }
  }

  /// The server ends the writer's connection when all rows are copied and only the last rollup is missing.
  @Test func killedInTheMiddleLeavesNothingHalfWritten() async throws {
    try await TelemetryDatabase.with { database in
      let writer = TraceWriter(pool: database.pool)
      let traces = try Self.traces(1000)
      let error = try await database.pool.withConnection { blocker in
        _ = try await blocker.execute("BEGIN; LOCK TABLE traces_daily IN ACCESS EXCLUSIVE MODE")
        async let write: Result<WriteReport, any Error> = {
          do { return .success(try await writer.write(traces, workspace: Self.workspace)) } catch {
            return .failure(error)
          }
        }()
        let waiting =
          "SELECT count(pg_terminate_backend(pid)) FROM pg_locks "
          + "WHERE NOT granted AND relation = 'traces_daily'::regclass"
        while try await database.column(waiting) != ["1"] { try await Task.sleep(for: .milliseconds(20)) }
        let result = await write
        _ = try await blocker.execute("ROLLBACK")
        return #expect(throws: DatabaseError.self) { try result.get() }
      }
      #expect(error?.code == .unavailable)
      #expect(try await database.counts() == [0, 0, 0, 0, 0, 0])
      let report = try await writer.write(traces, workspace: Self.workspace)
      #expect(report.inserted.count == 1000)
      #expect(try await database.rollupDifferences() == [])
    }
  }
}
