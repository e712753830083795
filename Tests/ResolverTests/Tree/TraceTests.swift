import JSON
import Resolver
import Schema
import TestSupport
import Testing

@Suite(.serialized, .enabled(if: TreeDatabase.isAvailable, TreeDatabase.absence), .inTurn)
struct TraceTests {
  private static let detailKeys = [
    "trace_id", "workspace_id", "agent_id", "timestamp", "latency_ms", "status", "model", "model_provider",
    "tokens_input", "tokens_output", "tokens_total", "cost_usd", "quality_score", "tags", "input", "output", "error",
    "metadata", "user_id", "session_id", "spans",
  ]

  /// One trace id in two workspaces, at different times, with spans; and a trace without anything.
  static func write(to database: TreeDatabase) async throws {
    try await database.execute("SELECT ensure_trace_partitions('2026-03-12', '2026-03-14')")
    for (workspace, day) in [(TraceSample.first, "2026-03-14"), (TraceSample.second, "2026-03-12")] {
      let key = "'\(workspace)', 'shared', '\(day)T08:00:00Z'"
      try await database.execute(
        """
        INSERT INTO traces (workspace_id, trace_id, "timestamp", agent_id, latency_ms, status, error, metadata, user_id, session_id)
          VALUES (\(key), 'agent of \(workspace)', 5, 'error', 'out "of" luck', '{"n": 1e400, "of": "\(workspace)"}', 'u', 's');
        INSERT INTO trace_locator (workspace_id, trace_id, "timestamp") VALUES (\(key));
        INSERT INTO trace_io (workspace_id, trace_id, "timestamp", input, output)
          VALUES (\(key), E'in\\n\\u0001 of \(workspace)', 'out');
        INSERT INTO spans (workspace_id, trace_id, "timestamp", span_id, parent_span_id, name, kind, start_time, end_time,
            latency_ms, status, model, tokens_input, tokens_output, cost_usd, attributes) VALUES
          (\(key), 'c', 'a', 'third', 'tool', '\(day)T08:00:01Z', '\(day)T08:00:01.25Z', NULL, NULL, NULL, NULL, NULL, 0, '{}'),
          (\(key), 'b', 'a', 'second', 'llm', '\(day)T08:00:01Z', NULL, NULL, 'timeout', 'm', 1, 2, 0.0500, '{"k": [1, null]}'),
          (\(key), 'a', NULL, 'first of \(workspace)', 'agent', '\(day)T08:00:00Z', '\(day)T08:00:02Z', 1999, 'error',
            NULL, NULL, NULL, NULL, '{}');
        """
      )
    }
    let bare = "'\(TraceSample.first)', 'bare', '2026-03-13T08:00:00.000001Z'"
    try await database.execute(
      """
      INSERT INTO traces (workspace_id, trace_id, "timestamp", agent_id, latency_ms, status) VALUES (\(bare), 'a', 1, 'success');
      INSERT INTO trace_locator (workspace_id, trace_id, "timestamp") VALUES (\(bare));
      """
    )
  }

  private func call(_ workspace: WorkspaceID, _ traceID: String) -> FieldCall {
    .of(workspace, ["traceId": .string(traceID)])
  }

  @Test func holdsAllThatIsKnown() async throws {
    try await TreeDatabase.with { database in
      try await Self.write(to: database)
      let body = try await database.body(TraceResolver(), call(TraceSample.first, "shared"))
      #expect(body.keys == Self.detailKeys)
      #expect(body["timestamp"]?.string == "2026-03-14T08:00:00Z")
      #expect(body["input"]?.string == "in\n\u{1} of \(TraceSample.first)")
      #expect(body["output"]?.string == "out")
      #expect(body["error"]?.string == "out \"of\" luck")
      #expect(body["metadata"]?["of"]?.string == TraceSample.first.text)
      #expect(body["metadata"]?["n"]?.number?.count == 401)
      let spans = body["spans"]?.elements ?? []
      #expect(spans.map { $0["span_id"]?.string } == ["a", "b", "c"])
      #expect(
        spans.last?.json == """
          {"span_id":"c","parent_span_id":"a","name":"third","kind":"tool","start":"2026-03-14T08:00:01Z",\
          "end":"2026-03-14T08:00:01.25Z","latency_ms":250,"status":"success","model":null,"tokens_input":null,\
          "tokens_output":null,"cost_usd":0,"attributes":{}}
          """
      )
      #expect(spans[1]["end"]?.string == "2026-03-14T08:00:01Z")
      #expect(spans[1]["latency_ms"]?.int == 0)
      #expect(spans[1]["status"]?.string == "timeout")
      #expect(spans[1]["cost_usd"]?.number == "0.05")
      #expect(spans[1]["attributes"]?["k"]?.elements.count == 2)
    }
  }

  @Test func aTraceWithoutAnythingHasNullsAndEmptyLists() async throws {
    try await TreeDatabase.with { database in
      try await Self.write(to: database)
      let body = try await database.body(TraceResolver(), call(TraceSample.first, "bare"))
      #expect(
        body.json.hasSuffix(
          """
          "tags":[],"input":null,"output":null,"error":null,"metadata":{},"user_id":null,"session_id":null,"spans":[]}
          """
        )
      )
      #expect(body["timestamp"]?.string == "2026-03-13T08:00:00.000001Z")
    }
  }

  @Test func aSharedIdShowsEachWorkspaceItsOwn() async throws {
    try await TreeDatabase.with { database in
      try await Self.write(to: database)
      for workspace in [TraceSample.first, TraceSample.second] {
        let body = try await database.body(TraceResolver(), call(workspace, "shared"))
        #expect(body["workspace_id"]?.string == workspace.text)
        #expect(body["agent_id"]?.string == "agent of \(workspace)")
        #expect(body["input"]?.string?.hasSuffix(workspace.text) == true)
        #expect(body["spans"]?.elements.first?["name"]?.string == "first of \(workspace)")
      }
      #expect(try await database.body(TraceResolver(), call(TraceSample.second, "bare")).isNull)
      #expect(try await database.body(TraceResolver(), call(TraceSample.empty, "shared")).isNull)
    }
  }

  @Test func unknownAndHostileIdsAreNull() async throws {
    try await TreeDatabase.with { database in
      try await Self.write(to: database)
      for traceID in HostileText.all + ["Shared", "shared ", "shared\u{0}"] {
        #expect(try await database.body(TraceResolver(), call(TraceSample.first, traceID)).isNull)
      }
    }
  }
}

@Suite(.serialized, .enabled(if: TreeDatabase.isAvailable, TreeDatabase.absence), .inTurn)
struct TraceFieldsLoaderTests {
  private static let parents = """
    [{"trace_id": "bare", "timestamp": "2026-03-13T08:00:00.000001Z"},
     {"trace_id": "gone", "timestamp": "2026-03-14T08:00:00Z"},
     {"trace_id": "shared"},
     {"trace_id": "shared", "timestamp": "2026-03-14T08:00:00Z"},
     {"trace_id": "x\\u0000", "timestamp": "2026-03-14T08:00:00Z"}]
    """

  private func load(
    _ properties: Set<String>,
    _ workspace: WorkspaceID,
    _ database: TreeDatabase,
    statements: Int
  ) async throws -> [String] {
    let parents = try JSONDocument(parsing: Array(Self.parents.utf8)).root.elements
    let loader = TraceFieldsLoader()
    let call = FieldCall.of(workspace)
    let queries = try loader.queries(parents: parents, properties: properties, call: call)
    #expect(queries.count == statements)
    var writer = JSONWriter()
    let results = try await database.results(queries)
    try loader.bodies(results, parents: parents, properties: properties, call: call, into: &writer)
    return try JSONDocument(parsing: writer.bytes).root.elements.map(\.json)
  }

  @Test func loadsAllParentsInTwoStatements() async throws {
    try await TreeDatabase.with { database in
      try await TraceTests.write(to: database)
      let all: Set<String> = ["input", "output", "error", "metadata", "user_id", "session_id", "spans"]
      let bodies = try await load(all, TraceSample.first, database, statements: 2)
      try #require(bodies.count == 5)
      let nothing = """
        {"error":null,"metadata":{},"user_id":null,"session_id":null,"input":null,"output":null,"spans":[]}
        """
      #expect([bodies[0], bodies[1], bodies[2], bodies[4]] == [nothing, nothing, nothing, nothing])
      let full = try JSONDocument(parsing: Array(bodies[3].utf8)).root
      let direct = try await database.body(TraceResolver(), .of(TraceSample.first, ["traceId": .string("shared")]))
      for key in all { #expect(full[key]?.json == direct[key]?.json, "\(key)") }
    }
  }

  @Test func readsOnlyWhatIsSelected() async throws {
    try await TreeDatabase.with { database in
      try await TraceTests.write(to: database)
      let texts = try await load(["output"], TraceSample.first, database, statements: 1)
      #expect(texts[3] == "{\"input\":\"in\\n\\u0001 of \(TraceSample.first)\",\"output\":\"out\"}")
      #expect(texts[0] == "{\"input\":null,\"output\":null}")
      let errors = try await load(["error"], TraceSample.first, database, statements: 1)
      #expect(errors[3].hasPrefix("{\"error\":\"out \\\"of\\\" luck\",\"metadata\":{"))
      let spans = try await load(["spans"], TraceSample.first, database, statements: 1)
      #expect(spans[3].hasPrefix("{\"spans\":[{\"span_id\":\"a\""))
    }
  }

  @Test func anotherWorkspaceLoadsNothing() async throws {
    try await TreeDatabase.with { database in
      try await TraceTests.write(to: database)
      // The second workspace has a trace of that id, at another time.
      let bodies = try await load(["input", "spans"], TraceSample.second, database, statements: 2)
      #expect(Set(bodies) == ["{\"input\":null,\"output\":null,\"spans\":[]}"])
    }
  }

  @Test func noUsableParentNeedsNoStatement() throws {
    let loader = TraceFieldsLoader()
    let parents = try JSONDocument(parsing: Array("[{\"trace_id\": 1}, {}]".utf8)).root.elements
    let call = FieldCall.of(TraceSample.first)
    #expect(try loader.queries(parents: parents, properties: ["spans"], call: call).isEmpty)
    var writer = JSONWriter()
    try loader.bodies([], parents: parents, properties: ["spans"], call: call, into: &writer)
    #expect(String(decoding: writer.bytes, as: UTF8.self) == "[{\"spans\":[]},{\"spans\":[]}]")
  }
}
