/// How a run ended.
public enum TraceStatus: String, Sendable, Hashable, CaseIterable {
  case success
  case error
  case timeout
}

/// One run of an agent as it arrives: checked, complete, ready to be written.
///
/// Field names and meaning: SPEC appendix A, Trace and trace detail. ``TraceInputDecoder`` makes these from JSON and
/// upholds the bounds of ``TraceLimits``; whoever makes one by hand answers for them.
public struct TraceInput: Sendable, Hashable {
  public var traceID: String
  public var agentID: String
  public var timestamp: TraceTimestamp
  /// Milliseconds.
  public var latency: Int32
  public var status: TraceStatus
  public var model: String?
  public var modelProvider: String?
  public var tokensInput: Int32?
  public var tokensOutput: Int32?
  public var tokensTotal: Int32?
  /// US dollars.
  public var cost: ExactDecimal?
  /// 0…100.
  public var qualityScore: ExactDecimal?
  public var tags: [String]
  public var input: String?
  public var output: String?
  public var error: String?
  /// The JSON text (UTF-8) of an object.
  public var metadata: [UInt8]
  public var userID: String?
  public var sessionID: String?
  public var spans: [SpanInput]

  public init(
    traceID: String,
    agentID: String,
    timestamp: TraceTimestamp,
    latency: Int32,
    status: TraceStatus,
    model: String? = nil,
    modelProvider: String? = nil,
    tokensInput: Int32? = nil,
    tokensOutput: Int32? = nil,
    tokensTotal: Int32? = nil,
    cost: ExactDecimal? = nil,
    qualityScore: ExactDecimal? = nil,
    tags: [String] = [],
    input: String? = nil,
    output: String? = nil,
    error: String? = nil,
    metadata: [UInt8] = emptyJSONObject,
    userID: String? = nil,
    sessionID: String? = nil,
    spans: [SpanInput] = []
  ) {
    self.traceID = traceID
    self.agentID = agentID
    self.timestamp = timestamp
    self.latency = latency
    self.status = status
    self.model = model
    self.modelProvider = modelProvider
    self.tokensInput = tokensInput
    self.tokensOutput = tokensOutput
    self.tokensTotal = tokensTotal
    self.cost = cost
    self.qualityScore = qualityScore
    self.tags = tags
    self.input = input
    self.output = output
    self.error = error
    self.metadata = metadata
    self.userID = userID
    self.sessionID = sessionID
    self.spans = spans
  }
}

/// One step of a run, hanging under its trace (SPEC appendix A, Span).
public struct SpanInput: Sendable, Hashable {
  public var spanID: String
  /// Another span of the trace; nil for the root. It need not be among the trace's spans.
  public var parentSpanID: String?
  public var name: String
  public var kind: String
  public var start: TraceTimestamp
  public var end: TraceTimestamp
  /// Milliseconds.
  public var latency: Int32
  public var status: TraceStatus
  public var model: String?
  public var tokensInput: Int32?
  public var tokensOutput: Int32?
  /// US dollars.
  public var cost: ExactDecimal?
  /// The JSON text (UTF-8) of an object.
  public var attributes: [UInt8]

  public init(
    spanID: String,
    parentSpanID: String? = nil,
    name: String,
    kind: String,
    start: TraceTimestamp,
    end: TraceTimestamp,
    latency: Int32,
    status: TraceStatus = .success,
    model: String? = nil,
    tokensInput: Int32? = nil,
    tokensOutput: Int32? = nil,
    cost: ExactDecimal? = nil,
    attributes: [UInt8] = emptyJSONObject
  ) {
    self.spanID = spanID
    self.parentSpanID = parentSpanID
    self.name = name
    self.kind = kind
    self.start = start
    self.end = end
    self.latency = latency
    self.status = status
    self.model = model
    self.tokensInput = tokensInput
    self.tokensOutput = tokensOutput
    self.cost = cost
    self.attributes = attributes
  }
}

/// `{}` in UTF-8.
public let emptyJSONObject: [UInt8] = [UInt8(ascii: "{"), UInt8(ascii: "}")]

/// The bounds of what is accepted.
///
/// Lengths are in Unicode scalars. They keep the widest index row (agent, model and provider in the rollups' keys, 4
/// bytes a scalar) below the third of a page that a B-tree allows (PostgreSQL 15 manual, 67.4.1).
public enum TraceLimits {
  public static let identifierLength = 256
  public static let providerLength = 64
  public static let nameLength = 1024
  public static let kindLength = 64
  public static let tags = 64
  public static let spans = 5000
  /// Digits of a number in `metadata` or `attributes`, and the size of its exponent. `jsonb` keeps numbers as
  /// `numeric`, which has an end.
  public static let numberLength = 1000
  /// US dollars for one trace; the cost must be below.
  public static let cost: Int64 = 1_000_000
  public static let futureSeconds: Int64 = 86_400
}
