import JSON
import Testing

@testable import Ingest

@Suite struct TraceInputDecoderTests {
  /// The present of these tests.
  private let decoder = TraceInputDecoder(now: TraceTimestamp(seconds: 1_773_480_413))

  private func decode(_ text: String) throws -> TraceInput {
    try decoder.decode(JSONDocument(parsing: Array(text.utf8)).root)
  }

  private static let required =
    #""trace_id":"t1","agent_id":"a","timestamp":"2026-03-14T09:26:53Z","latency_ms":812,"status":"success""#

  @Test func takesTheRequiredFields() throws {
    let trace = try decode("{\(Self.required)}")
    let expected = TraceInput(
      traceID: "t1",
      agentID: "a",
      timestamp: TraceTimestamp(seconds: 1_773_480_413),
      latency: 812,
      status: .success
    )
    #expect(trace == expected)
  }

  @Test func takesEveryField() throws {
    let trace = try decode(
      """
      {\(Self.required), "model": "gpt-5", "model_provider": "openai", "tokens_input": 1200.0, "tokens_output": 300,
       "tokens_total": 1600, "cost_usd": 0.0450, "quality_score": 91.5, "tags": ["a", "", "b\\u00e9"],
       "input": "in\\nput", "output": "", "error": "x", "metadata": {"k": [1, {"n": 1e300}]},
       "user_id": "u", "session_id": "s", "unknown": {"x": [1]},
       "workspace_id": "ignored",
       "spans": [{"span_id": "1", "name": "run", "start": "2026-03-14T09:26:53Z", "end": "2026-03-14T09:26:53.812Z"},
                 {"span_id": "2", "parent_span_id": "1", "name": "call", "kind": "llm",
                  "start": "2026-03-14T09:26:53.1Z", "latency_ms": 500, "status": "error", "model": "gpt-5", "tokens_input": 10, "tokens_output": 1,
                  "attributes": {"a": true}}]}
      """
    )
    #expect(trace.tokensInput == 1200 && trace.tokensOutput == 300 && trace.tokensTotal == 1600)
    #expect(trace.cost?.description == "0.0450")
    #expect(trace.qualityScore?.description == "91.5")
    #expect(trace.tags == ["a", "", "bé"])
    #expect(trace.input == "in\nput" && trace.output == "" && trace.error == "x")
    #expect(String(decoding: trace.metadata, as: UTF8.self) == #"{"k": [1, {"n": 1e300}]}"#)
    #expect(trace.userID == "u" && trace.sessionID == "s" && trace.model == "gpt-5" && trace.modelProvider == "openai")
    #expect(trace.spans.map(\.latency) == [812, 500])
    #expect(trace.spans.map(\.kind) == ["unknown", "llm"])
    #expect(trace.spans.map(\.status) == [.success, .error])
    #expect(trace.spans[1].end.description == "2026-03-14T09:26:53.600Z")
    #expect(trace.spans[1].cost?.description == "0.0000225")
    #expect(trace.spans[1].parentSpanID == "1")
  }

  @Test func nullIsAbsent() throws {
    let trace = try decode(
      #"{\#(Self.required),"model":null,"tags":null,"metadata":null,"spans":null,"cost_usd":null}"#
    )
    #expect(
      trace.model == nil && trace.tags.isEmpty && trace.metadata == emptyJSONObject && trace.spans.isEmpty
        && trace.cost == nil
    )
  }

  @Test func computesWhatIsAbsentAndComputable() throws {
    let trace = try decode(#"{\#(Self.required),"model":"claude-sonnet-4-5","tokens_input":1000,"tokens_output":200}"#)
    #expect(trace.tokensTotal == 1200)
    #expect(trace.cost?.description == "0.006")
    let half = try decode(#"{\#(Self.required),"model":"claude-sonnet-4-5","tokens_input":1000}"#)
    #expect(half.tokensTotal == nil && half.cost == nil)
    let unknown = try decode(#"{\#(Self.required),"model":"house-model","tokens_input":1000,"tokens_output":200}"#)
    #expect(unknown.tokensTotal == 1200 && unknown.cost == nil)
  }

  @Test func zeroCostStaysZero() throws {
    let given = try decode(#"{\#(Self.required),"model":"gpt-5","tokens_input":10,"tokens_output":2,"cost_usd":0}"#)
    #expect(given.cost == .zero)
    let computed = try decode(#"{\#(Self.required),"model":"gpt-5","tokens_input":0,"tokens_output":0}"#)
    #expect(computed.cost == .zero && computed.tokensTotal == 0)
  }

  @Test func takesTheQualityScoreFromMetadata() throws {
    #expect(try decode(#"{\#(Self.required),"metadata":{"quality_score":77.25}}"#).qualityScore?.description == "77.25")
    #expect(try decode(#"{\#(Self.required),"quality_score":0,"metadata":{"quality_score":77}}"#).qualityScore == .zero)
    #expect(try decode(#"{\#(Self.required),"metadata":{"quality_score":null}}"#).qualityScore == nil)
  }

  @Test func takesTextsUpToTheLimitOfCharacters() throws {
    let longest = String(repeating: "ä", count: 256)
    let trace = try decode(
      #"{"trace_id":"\#(longest)","agent_id":"a","timestamp":"2026-03-15T09:26:53Z","latency_ms":2147483647,"status":"timeout"}"#
    )
    #expect(trace.traceID == longest && trace.latency == .max)
  }

  /// One field of a good trace replaced or added, and what is said about it.
  static let mistakes: [(field: String, value: String, message: String)] = [
    ("trace_id", "null", "trace_id is missing; expected a text of 1 to 256 characters"),
    ("trace_id", #""""#, "trace_id is empty; expected a text of 1 to 256 characters"),
    ("trace_id", "12", "trace_id is 12; expected a text of at most 256 characters"),
    ("trace_id", #""a\u0000b""#, "trace_id holds the character U+0000; expected a text without it"),
    ("agent_id", "null", "agent_id is missing; expected a text of 1 to 256 characters"),
    (
      "agent_id", "\"" + String(repeating: "x", count: 257) + "\"",
      "agent_id has 257 characters; expected a text of at most 256 characters"
    ),
    (
      "timestamp", #""2026-03-14 09:26""#,
      #"timestamp is "2026-03-14 09:26"; expected an ISO 8601 instant with its offset, such as 2026-03-14T09:26:53Z"#
    ),
    (
      "timestamp", "1773480413",
      "timestamp is 1773480413; expected an ISO 8601 instant with its offset, such as 2026-03-14T09:26:53Z"
    ),
    (
      "timestamp", #""2026-03-15T09:26:53.000001Z""#,
      #"timestamp is "2026-03-15T09:26:53.000001Z"; expected an instant from 1970-01-01T00:00:00Z to 2026-03-15T09:26:53Z, 24 h from now"#
    ),
    ("latency_ms", "null", "latency_ms is missing; expected a whole number from 0 to 2147483647"),
    ("latency_ms", "-5", "latency_ms is -5; expected a whole number from 0 to 2147483647"),
    ("latency_ms", "2147483648", "latency_ms is 2147483648; expected a whole number from 0 to 2147483647"),
    ("latency_ms", "1.5", "latency_ms is 1.5; expected a whole number from 0 to 2147483647"),
    ("latency_ms", #""12""#, #"latency_ms is "12"; expected a whole number from 0 to 2147483647"#),
    ("latency_ms", "1e999999", "latency_ms is 1e999999; expected a whole number from 0 to 2147483647"),
    ("status", "null", "status is missing; expected success, error or timeout"),
    ("status", #""ok""#, #"status is "ok"; expected success, error or timeout"#),
    ("status", #""Success""#, #"status is "Success"; expected success, error or timeout"#),
    (
      "model_provider", "\"" + String(repeating: "p", count: 65) + "\"",
      "model_provider has 65 characters; expected a text of at most 64 characters"
    ),
    ("tokens_input", "-1", "tokens_input is -1; expected a whole number from 0 to 2147483647"),
    ("cost_usd", "-0.01", "cost_usd is -0.01; expected a number from 0 to below 1000000, with at most 26 decimals"),
    ("cost_usd", "1000000", "cost_usd is 1000000; expected a number from 0 to below 1000000, with at most 26 decimals"),
    ("cost_usd", "1e-27", "cost_usd is 1e-27; expected a number from 0 to below 1000000, with at most 26 decimals"),
    ("cost_usd", #""0.5""#, #"cost_usd is "0.5"; expected a number from 0 to below 1000000, with at most 26 decimals"#),
    ("quality_score", "100.1", "quality_score is 100.1; expected a number from 0 to 100"),
    ("quality_score", "true", "quality_score is true; expected a number from 0 to 100"),
    ("metadata", #"{"quality_score":-1}"#, "metadata.quality_score is -1; expected a number from 0 to 100"),
    ("metadata", "[]", "metadata is an array; expected an object or null"),
    ("metadata", #"{"a":"\\\u0000"}"#, "metadata holds the character U+0000; expected an object without it"),
    (
      "metadata", #"{"a":[1e1001]}"#,
      "metadata holds a number too large to store; expected numbers of at most 1000 digits with exponents up to 1000"
    ),
    ("tags", #""a""#, #"tags is "a"; expected an array of at most 64 texts"#),
    ("tags", #"["a",1]"#, "tags[1] is 1; expected a text of at most 256 characters"),
    (
      "tags", "[" + Array(repeating: #""t""#, count: 65).joined(separator: ",") + "]",
      "tags has 65 elements; expected an array of at most 64 texts"
    ),
    ("input", "{}", "input is an object; expected a text or null"),
    ("output", "12", "output is a number; expected a text or null"),
    ("error", #""\u0000""#, "error holds the character U+0000; expected a text without it"),
    ("user_id", "[]", "user_id is an array; expected a text of at most 256 characters"),
    ("spans", "{}", "spans is an object; expected an array of at most 5000 spans"),
    ("spans", "[1]", "spans[0] is 1; expected an object with span_id, name, start and end"),
    ("spans", #"[{"name":"n"}]"#, "spans[0].span_id is missing; expected a text of 1 to 256 characters"),
    (
      "spans", #"[{"span_id":"1","name":"n","start":"2026-03-14T09:26:53Z"}]"#,
      "spans[0].end is missing; expected an instant such as 2026-03-14T09:26:53Z, or latency_ms"
    ),
    (
      "spans", #"[{"span_id":"1","name":"n","start":"2026-03-14T09:26:53Z","end":"2026-03-14T09:26:52Z"}]"#,
      "spans[0].end is 2026-03-14T09:26:52Z; expected an instant from 2026-03-14T09:26:53Z on, at most 2147483647 ms later"
    ),
    (
      "spans", #"[{"span_id":"1","parent_span_id":"1","name":"n","start":"2026-03-14T09:26:53Z","latency_ms":1}]"#,
      "spans[0].parent_span_id is the span itself; expected the id of another span, or null for the root"
    ),
    (
      "spans",
      #"[{"span_id":"1","name":"n","start":"2026-03-14T09:26:53Z","latency_ms":1},{"span_id":"1","name":"m","start":"2026-03-14T09:26:53Z","latency_ms":1}]"#,
      #"spans[1].span_id is "1", as in an earlier span; expected an id of its own for each span"#
    ),
  ]

  @Test(arguments: mistakes)
  func saysWhatIsWrongAndWhatWouldBeRight(field: String, value: String, message: String) throws {
    var fields = [
      "trace_id": #""t1""#, "agent_id": #""a""#, "timestamp": #""2026-03-14T09:26:53Z""#, "latency_ms": "812",
      "status": #""success""#,
    ]
    fields[field] = value
    let text = "{" + fields.map { #""\#($0)":\#($1)"# }.joined(separator: ",") + "}"
    let error = try #require(throws: TraceInputError.self) { try decode(text) }
    #expect(error.description == message)
  }

  @Test(arguments: [("[]", "an array"), ("null", "null"), ("3", "3"), (#""x""#, #""x""#)])
  func refusesWhatIsNoObject(text: String, what: String) throws {
    let error = try #require(throws: TraceInputError.self) { try decode(text) }
    #expect(
      error.description
        == "the trace is \(what); expected a JSON object with trace_id, agent_id, timestamp, latency_ms and status"
    )
  }

  @Test func escapedBackslashBeforeU0000IsNoNull() throws {
    let trace = try decode(#"{\#(Self.required),"metadata":{"path":"C:\\u0000"}}"#)
    #expect(String(decoding: trace.metadata, as: UTF8.self) == #"{"path":"C:\\u0000"}"#)
  }

  @Test func shortensAndCleansWhatItQuotes() throws {
    let long = String(repeating: "y", count: 300)
    let error = try #require(throws: TraceInputError.self) {
      try decode(
        #"{"trace_id":"t","agent_id":"a","timestamp":"2026\u001b[0m\#(long)","latency_ms":1,"status":"error"}"#
      )
    }
    #expect(error.problem == "is \"2026?[0m" + String(repeating: "y", count: 32) + "…\"")
  }
}
