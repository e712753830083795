internal import Database

/// The combinations of agent, model and provider of some traces, and which of them have rollup rows of their own.
///
/// A workspace has room for so many (`trace_dimensions`). What does not fit shares one row, so that a client that makes up
/// names cannot make rollups as large as the traces.
struct TraceDimensions {
  struct Combination: Hashable, Comparable {
    let agent: ByteText
    let model: ByteText
    let provider: ByteText

    init(_ trace: TraceInput) {
      agent = ByteText(trace.agentID)
      model = ByteText(trace.model ?? "")
      provider = ByteText(trace.modelProvider ?? "")
    }

    private init(named name: String) {
      agent = ByteText(name)
      model = ByteText(name)
      provider = ByteText(name)
    }

    /// What does not fit, as `trace_rollup_rows` calls it.
    static let other = Combination(named: "(other)")

    static func < (left: Combination, right: Combination) -> Bool {
      if left.agent != right.agent { return left.agent < right.agent }
      if left.model != right.model { return left.model < right.model }
      return left.provider < right.provider
    }
  }

  /// In order, so that writers take locks in the same one.
  private let combinations: [Combination]
  private var folded: Set<Combination> = []

  init(_ batch: [TraceInput], indices: some Sequence<Int>) {
    combinations = Set(indices.map { Combination(batch[$0]) }).sorted()
  }

  /// Asks for rows for those that have none. Answers with the positions of those that have.
  func admission(workspace: UUIDBytes, limit: Int) -> SQLQuery {
    SQLQuery(
      Self.statement,
      [
        .text(workspace.description),
        .textArray(combinations.map(\.agent.text)), .textArray(combinations.map(\.model.text)),
        .textArray(combinations.map(\.provider.text)), .int(Int64(limit)),
      ]
    )
  }

  private static let statement = SQLStatement(
    "admit_trace_dimensions",
    "SELECT admit_trace_dimensions($1::uuid, $2::text[], $3::text[], $4::text[], $5::integer)"
  )

  func admitted(by result: SQLResult) -> TraceDimensions {
    guard result.rowCount < combinations.count else { return self }
    var dimensions = self
    dimensions.folded = Set(combinations)
    for row in 0..<result.rowCount {
      guard let position = result.int(row, 0) else { continue }
      dimensions.folded.remove(combinations[Int(position) - 1])
    }
    return dimensions
  }

  /// Under which names a trace is counted.
  func row(of trace: TraceInput) -> Combination {
    let own = Combination(trace)
    return folded.contains(own) ? .other : own
  }
}
