public import JSON

/// Makes a ``TraceInput`` of the JSON object that the intake documents (SPEC appendix A).
///
/// - Required: `trace_id`, `agent_id`, `timestamp`, `latency_ms`, `status`. Null counts as absent. Unknown fields are
///   ignored.
/// - `tokens_total` is the sum of input and output tokens when it is absent and both are given.
/// - `cost_usd` comes from the price table when it is absent and model and tokens are known there. A cost of zero is a
///   cost.
/// - `quality_score` is taken from `metadata` when it stands only there.
public struct TraceInputDecoder: Sendable {
  public let prices: PriceTable
  /// The latest timestamp that is accepted.
  let latest: TraceTimestamp

  /// - Parameter now: the present; timestamps may lie at most ``TraceLimits/futureSeconds`` after it.
  public init(prices: PriceTable = .listPrices, now: TraceTimestamp = .now) {
    self.prices = prices
    self.latest = now.adding(seconds: TraceLimits.futureSeconds)
  }

  /// - Throws: ``TraceInputError`` with the first field, in the documented order, that cannot be accepted.
  public func decode(_ value: JSONValue) throws(TraceInputError) -> TraceInput {
    guard value.kind == .object else {
      throw TraceInputError(
        field: "",
        problem: "is \(describe(value))",
        expectation: "a JSON object with trace_id, agent_id, timestamp, latency_ms and status"
      )
    }
    let fields = FieldReader(object: value)
    var trace = try decodeRequired(fields)
    trace.model = try fields.text("model", limit: TraceLimits.identifierLength)
    trace.modelProvider = try fields.text("model_provider", limit: TraceLimits.providerLength)
    trace.tokensInput = try fields.count("tokens_input")
    trace.tokensOutput = try fields.count("tokens_output")
    trace.tokensTotal = try fields.count("tokens_total")
    trace.cost = try decodeCost(fields)
    trace.tags = try fields.texts("tags", limit: TraceLimits.tags, length: TraceLimits.identifierLength)
    trace.input = try fields.longText("input")
    trace.output = try fields.longText("output")
    trace.error = try fields.longText("error")
    trace.metadata = try fields.objectText("metadata")
    trace.qualityScore = try decodeQualityScore(fields)
    trace.userID = try fields.text("user_id", limit: TraceLimits.identifierLength)
    trace.sessionID = try fields.text("session_id", limit: TraceLimits.identifierLength)
    trace.spans = try decodeSpans(fields)
    computeAbsent(in: &trace)
    return trace
  }

  private func decodeRequired(_ fields: FieldReader) throws(TraceInputError) -> TraceInput {
    TraceInput(
      traceID: try fields.identifier("trace_id"),
      agentID: try fields.identifier("agent_id"),
      timestamp: try fields.instant("timestamp", latest: latest),
      latency: try fields.latency("latency_ms"),
      status: try fields.status("status")
    )
  }

  func decodeCost(_ fields: FieldReader) throws(TraceInputError) -> ExactDecimal? {
    try fields.decimal(
      "cost_usd",
      expectation: "a number from 0 to below \(TraceLimits.cost), with at most \(ExactDecimal.maximumScale) decimals"
    ) {
      !$0.isNegative && $0.isLess(than: TraceLimits.cost)
    }
  }

  private func decodeQualityScore(_ fields: FieldReader) throws(TraceInputError) -> ExactDecimal? {
    if let score = try score(fields) { return score }
    guard let metadata = fields.value("metadata") else { return nil }
    return try score(FieldReader(object: metadata, path: "metadata."))
  }

  private func score(_ fields: FieldReader) throws(TraceInputError) -> ExactDecimal? {
    try fields.decimal("quality_score", expectation: "a number from 0 to 100") {
      !$0.isNegative && !$0.isGreater(than: 100)
    }
  }

  private func computeAbsent(in trace: inout TraceInput) {
    if trace.tokensTotal == nil, let input = trace.tokensInput, let output = trace.tokensOutput {
      let (sum, overflow) = input.addingReportingOverflow(output)
      trace.tokensTotal = overflow ? nil : sum
    }
    if trace.cost == nil {
      trace.cost = prices.cost(
        model: trace.model,
        provider: trace.modelProvider,
        tokensInput: trace.tokensInput,
        tokensOutput: trace.tokensOutput,
        at: trace.timestamp
      )
    }
  }
}
