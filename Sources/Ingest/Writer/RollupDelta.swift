internal import Database

/// What a set of new traces adds to the rollups: one row for each bucket and combination of grouping columns.
///
/// All columns are sums, so deltas of several batches add up whatever their order (DESIGN §4).
struct RollupDelta {
  /// The key columns; an absent model or provider is `''`, as in the tables.
  struct Key: Hashable, Comparable {
    let bucket: TraceTimestamp
    let agent: ByteText
    let model: ByteText
    let provider: ByteText
    let status: TraceStatus

    /// The order in which writers take row locks, so that two of them never wait for each other in a circle.
    static func < (left: Key, right: Key) -> Bool {
      if left.bucket != right.bucket { return left.bucket < right.bucket }
      if left.agent != right.agent { return left.agent < right.agent }
      if left.model != right.model { return left.model < right.model }
      if left.provider != right.provider { return left.provider < right.provider }
      return left.status.rawValue < right.status.rawValue
    }
  }

  struct Sums {
    var requests: Int64 = 0
    var errors: Int64 = 0
    var latency: Int64 = 0
    var tokensInput: Int64 = 0
    var tokensOutput: Int64 = 0
    var tokensTotal: Int64 = 0
    /// At ``ExactDecimal/maximumScale``. Costs below 10^6 and scores up to 100 leave room for 10^5 and more of them in
    /// 128 bits.
    var cost: Int128 = 0
    var quality: Int128 = 0
    var scored: Int64 = 0
    /// Of milliseconds.
    var latencies = Histogram()
    /// Of billionths of a dollar, rounded up.
    var costs = Histogram()

    /// Adds a trace to everything but the histograms.
    mutating func addSums(of trace: TraceInput) {
      requests += 1
      errors += trace.status == .success ? 0 : 1
      latency += Int64(trace.latency)
      tokensInput += Int64(trace.tokensInput ?? 0)
      tokensOutput += Int64(trace.tokensOutput ?? 0)
      tokensTotal += Int64(trace.tokensTotal ?? 0)
      cost += trace.cost?.coefficientAtMaximumScale ?? 0
      quality += trace.qualityScore?.coefficientAtMaximumScale ?? 0
      scored += trace.qualityScore == nil ? 0 : 1
    }

    mutating func addValues(of trace: TraceInput) {
      latencies.add(Int64(trace.latency))
      if let cost = trace.cost { costs.add(cost.billionths) }
    }

    mutating func add(_ other: Sums) {
      requests += other.requests
      errors += other.errors
      latency += other.latency
      tokensInput += other.tokensInput
      tokensOutput += other.tokensOutput
      tokensTotal += other.tokensTotal
      cost += other.cost
      quality += other.quality
      scored += other.scored
      latencies.add(other.latencies)
      costs.add(other.costs)
    }
  }

  private(set) var rows: [Key: Sums] = [:]

  /// Adds up traces by the minute or the hour; only hours have histograms.
  init(_ table: RollupTable, _ batch: [TraceInput], indices: some Sequence<Int>, dimensions: TraceDimensions) {
    let seconds = table == .minutely ? TraceTimestamp.secondsPerMinute : TraceTimestamp.secondsPerHour
    for index in indices {
      let trace = batch[index]
      let place = dimensions.row(of: trace)
      let key = Key(
        bucket: trace.timestamp.floored(toSeconds: seconds),
        agent: place.agent,
        model: place.model,
        provider: place.provider,
        status: trace.status
      )
      rows[key, default: Sums()].addSums(of: trace)
      if table.hasHistograms { rows[key]?.addValues(of: trace) }
    }
  }

  /// Adds up hours by the day (UTC).
  init(dailyFrom hourly: RollupDelta) {
    self.init(hourly) { key in
      Key(
        bucket: key.bucket.floored(toSeconds: TraceTimestamp.secondsPerDay),
        agent: key.agent,
        model: key.model,
        provider: key.provider,
        status: key.status
      )
    }
  }

  /// Adds up what a table of less detail does not tell apart.
  init(_ full: RollupDelta, for detail: RollupTable.Detail) {
    self.init(full) { key in
      Key(
        bucket: key.bucket,
        agent: detail == .agentsAndModels ? key.agent : ByteText(""),
        model: detail == .nothing ? ByteText("") : key.model,
        provider: detail == .nothing ? ByteText("") : key.provider,
        status: key.status
      )
    }
  }

  private init(_ other: RollupDelta, by place: (Key) -> Key) {
    for (key, sums) in other.rows { rows[place(key), default: Sums()].add(sums) }
  }
}

extension RollupDelta {
  /// What a set of new traces adds to each table, in the order in which it must be added.
  static func queries(
    _ batch: [TraceInput],
    indices: [Int],
    dimensions: TraceDimensions,
    workspace: UUIDBytes
  ) -> [SQLQuery] {
    let minutely = RollupDelta(.minutely, batch, indices: indices, dimensions: dimensions)
    let hourly = RollupDelta(.hourly, batch, indices: indices, dimensions: dimensions)
    let daily = RollupDelta(dailyFrom: hourly)
    return RollupTable.allCases.map { table in
      let full =
        switch table {
        case .minutely, .minutelyTotals: minutely
        case .hourly, .hourlyModels, .hourlyTotals: hourly
        case .daily, .dailyModels, .dailyTotals: daily
        }
      let delta = table.detail == .agentsAndModels ? full : RollupDelta(full, for: table.detail)
      return delta.upsert(into: table, workspace: workspace)
    }
  }

  /// Adds the rows to those of the table, making the ones that are missing, in the order of their keys.
  private func upsert(into table: RollupTable, workspace: UUIDBytes) -> SQLQuery {
    let sorted = rows.sorted { $0.key < $1.key }
    func texts(_ value: (Key) -> String) -> SQLParameter { .textArray(sorted.map { value($0.key) }) }
    func numbers(_ value: (Sums) -> Int64) -> SQLParameter { .text(arrayText(sorted.map { String(value($0.value)) })) }
    func decimals(_ value: (Sums) -> Int128) -> SQLParameter {
      .text(
        arrayText(
          sorted.map {
            ExactDecimal(coefficient: value($0.value), scale: ExactDecimal.maximumScale).trimmed.description
          }
        )
      )
    }
    var parameters: [SQLParameter] = [
      .text(workspace.description), .text(arrayText(sorted.map { "\"\($0.key.bucket)\"" })),
    ]
    if table.detail == .agentsAndModels { parameters.append(texts(\.agent.text)) }
    if table.detail != .nothing { parameters += [texts(\.model.text), texts(\.provider.text)] }
    parameters += [
      texts(\.status.rawValue), numbers(\.requests), numbers(\.errors), numbers(\.latency),
      numbers(\.tokensInput), numbers(\.tokensOutput), numbers(\.tokensTotal),
      decimals(\.cost), decimals(\.quality), numbers(\.scored),
    ]
    if table.hasHistograms {
      parameters.append(.text(arrayText(sorted.map { $0.value.latencies.numeric })))
      parameters.append(.text(arrayText(sorted.map { $0.value.costs.numeric })))
    }
    return SQLQuery(table.upsert, parameters)
  }
}

/// The text form of an array whose elements need no quotes, or have them.
func arrayText(_ elements: [String]) -> String {
  "{\(elements.joined(separator: ","))}"
}
