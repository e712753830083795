/// The rows of some traces as COPY data for `traces`, `trace_io` and `spans`.
struct TraceRows {
  private(set) var traces: CopyBuffer
  /// Only traces that have an input or an output have a row here.
  private(set) var texts: CopyBuffer
  private(set) var spans: CopyBuffer

  private let workspace: UUIDBytes

  /// The columns in the order in which the rows hold them.
  static let tracesColumns = """
    workspace_id, trace_id, agent_id, "timestamp", latency_ms, status, model, model_provider, \
    tokens_input, tokens_output, tokens_total, cost_usd, quality_score, tags, user_id, session_id, error, metadata
    """
  static let textsColumns = "workspace_id, trace_id, \"timestamp\", input, output"
  static let spansColumns = """
    workspace_id, trace_id, "timestamp", span_id, parent_span_id, name, kind, start_time, end_time, latency_ms, \
    status, model, tokens_input, tokens_output, cost_usd, attributes
    """

  /// - Parameter indices: which of the traces become rows, in this order.
  init(_ batch: [TraceInput], indices: some Collection<Int>, workspace: UUIDBytes) {
    self.workspace = workspace
    traces = CopyBuffer(reserving: indices.count * 320)
    texts = CopyBuffer(reserving: indices.count * 512)
    spans = CopyBuffer(reserving: indices.count * 512)
    for index in indices {
      append(batch[index])
    }
    traces.finish()
    texts.finish()
    spans.finish()
  }

  private mutating func append(_ trace: TraceInput) {
    appendTrace(trace)
    if trace.input != nil || trace.output != nil { appendTexts(trace) }
    for span in trace.spans { appendSpan(span, of: trace) }
  }

  private mutating func appendTrace(_ trace: TraceInput) {
    traces.beginRow(fields: 18)
    traces.uuid(workspace)
    traces.text(trace.traceID)
    traces.text(trace.agentID)
    traces.timestamptz(trace.timestamp)
    traces.int4(trace.latency)
    traces.text(trace.status.rawValue)
    traces.text(trace.model)
    traces.text(trace.modelProvider)
    traces.int4(trace.tokensInput)
    traces.int4(trace.tokensOutput)
    traces.int4(trace.tokensTotal)
    traces.numeric(trace.cost)
    traces.numeric(trace.qualityScore)
    traces.textArray(trace.tags)
    traces.text(trace.userID)
    traces.text(trace.sessionID)
    traces.text(trace.error)
    traces.jsonb(trace.metadata)
  }

  private mutating func appendTexts(_ trace: TraceInput) {
    texts.beginRow(fields: 5)
    texts.uuid(workspace)
    texts.text(trace.traceID)
    texts.timestamptz(trace.timestamp)
    texts.text(trace.input)
    texts.text(trace.output)
  }

  private mutating func appendSpan(_ span: SpanInput, of trace: TraceInput) {
    spans.beginRow(fields: 16)
    spans.uuid(workspace)
    spans.text(trace.traceID)
    spans.timestamptz(trace.timestamp)
    spans.text(span.spanID)
    spans.text(span.parentSpanID)
    spans.text(span.name)
    spans.text(span.kind)
    spans.timestamptz(span.start)
    spans.timestamptz(span.end)
    spans.int4(span.latency)
    spans.text(span.status.rawValue)
    spans.text(span.model)
    spans.int4(span.tokensInput)
    spans.int4(span.tokensOutput)
    spans.numeric(span.cost)
    spans.jsonb(span.attributes)
  }
}
