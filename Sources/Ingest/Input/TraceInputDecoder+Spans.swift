private import JSON

extension TraceInputDecoder {
  /// The spans of a trace; empty when absent.
  ///
  /// Required in each: `span_id`, `name`, `start`, and `end` or `latency_ms`, either of which follows from the other.
  /// An absent `kind` is `unknown`, an absent `status` is `success` (as OpenTelemetry's unset status is no failure).
  func decodeSpans(_ fields: FieldReader) throws(TraceInputError) -> [SpanInput] {
    let values = try fields.elements("spans", limit: TraceLimits.spans, of: "spans")
    var spans: [SpanInput] = []
    spans.reserveCapacity(values.count)
    var seen: Set<ByteText> = []
    for (index, value) in values.enumerated() {
      let path = "spans[\(index)]"
      guard value.kind == .object else {
        throw TraceInputError(
          field: path,
          problem: "is \(describe(value))",
          expectation: "an object with span_id, name, start and end"
        )
      }
      let span = try decodeSpan(FieldReader(object: value, path: path + "."))
      guard seen.insert(ByteText(span.spanID)).inserted else {
        throw TraceInputError(
          field: "\(path).span_id",
          problem: "is \(quote(span.spanID)), as in an earlier span",
          expectation: "an id of its own for each span"
        )
      }
      spans.append(span)
    }
    return spans
  }

  private func decodeSpan(_ fields: FieldReader) throws(TraceInputError) -> SpanInput {
    let spanID = try fields.identifier("span_id")
    let parent = try fields.text("parent_span_id", limit: TraceLimits.identifierLength)
    guard parent != spanID else {
      throw fields.error("parent_span_id", "is the span itself", "the id of another span, or null for the root")
    }
    let name = try fields.requiredText("name", limit: TraceLimits.nameLength)
    let kind = try fields.text("kind", limit: TraceLimits.kindLength)
    let time = try decodeTime(fields)
    var span = SpanInput(
      spanID: spanID,
      parentSpanID: parent,
      name: name,
      kind: kind ?? "unknown",
      start: time.start,
      end: time.end,
      latency: time.latency,
      status: try fields.optionalStatus("status") ?? .success,
      model: try fields.text("model", limit: TraceLimits.identifierLength),
      tokensInput: try fields.count("tokens_input"),
      tokensOutput: try fields.count("tokens_output"),
      cost: try decodeCost(fields),
      attributes: try fields.objectText("attributes")
    )
    if span.cost == nil {
      span.cost = prices.cost(
        model: span.model,
        provider: nil,
        tokensInput: span.tokensInput,
        tokensOutput: span.tokensOutput,
        at: span.start
      )
    }
    return span
  }

  private func decodeTime(
    _ fields: FieldReader
  ) throws(TraceInputError) -> (start: TraceTimestamp, end: TraceTimestamp, latency: Int32) {
    let start = try fields.instant("start", latest: latest)
    let end = try fields.optionalInstant("end", latest: latest)
    let latency = try fields.optionalLatency("latency_ms")
    if let end {
      let elapsed = (end.microseconds - start.microseconds) / 1000
      guard end >= start, let milliseconds = Int32(exactly: elapsed) else {
        throw fields.error("end", "is \(end)", "an instant from \(start) on, at most 2147483647 ms later")
      }
      return (start, end, latency ?? milliseconds)
    }
    guard let latency else { throw fields.error("end", "is missing", "an instant such as \(start), or latency_ms") }
    return (start, start.adding(milliseconds: Int64(latency)), latency)
  }
}
