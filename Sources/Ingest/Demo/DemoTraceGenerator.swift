/// Makes the traces of one slot. Slots are independent of each other, so they can be made in any order and in parallel.
struct DemoTraceGenerator: Sendable {
  let schedule: DemoSchedule

  init(_ schedule: DemoSchedule) {
    self.schedule = schedule
  }

  /// The traces of the slot in order of time.
  func traces(of slot: DemoSchedule.Slot) -> [TraceInput] {
    let seed = schedule.configuration.seed
    let hour = slot.from.floored(toSeconds: TraceTimestamp.secondsPerHour)
    var random = RandomSource(
      seed: seed,
      stream: 0x7472_6163,
      UInt64(slot.workspace),
      UInt64(hour.microseconds),
      UInt64(slot.from.microseconds)
    )
    let bursts = schedule.bursts[slot.workspace].filter { $0.from < slot.to && slot.from < $0.to }
    let milliseconds = Int((slot.to.microseconds - slot.from.microseconds) / 1000)
    let offsets = (0..<slot.count).map { _ in random.index(below: milliseconds) }.sorted()
    return offsets.map { offset in
      let start = slot.from.adding(milliseconds: Int64(offset))
      var run = DemoRun(
        start: start,
        workspace: slot.workspace,
        bursts: bursts.filter { $0.covers(start) },
        random: random
      )
      let trace = run.trace(period: schedule.configuration)
      random = run.random
      return trace
    }
  }
}

/// One run of an agent in the making: its spans follow each other, and the trace sums them up.
struct DemoRun {
  private(set) var random: RandomSource
  private let start: TraceTimestamp
  private let workspace: Int
  private let bursts: [DemoBurst]
  private let agent: DemoCatalogue.Agent
  private let model: DemoCatalogue.Model?
  private let rootID: String

  private var clock: TraceTimestamp
  private var spans: [SpanInput] = []
  private var tokensInput: Int32 = 0
  private var tokensOutput: Int32 = 0
  private var status = TraceStatus.success
  private var error: String?

  init(start: TraceTimestamp, workspace: Int, bursts: [DemoBurst], random: RandomSource) {
    self.random = random
    self.start = start
    self.workspace = workspace
    self.bursts = bursts
    clock = start
    agent = Self.chooseAgent(workspace, &self.random)
    rootID = hexadecimal(self.random.next(), digits: 16)
    let isOther = self.random.chance(0.18)
    model = agent.models.map { DemoCatalogue.models[isOther ? $0.other : $0.usual] }
  }

  /// The first workspace has all agents, the others have parts of them; some run often, others seldom.
  private static func chooseAgent(_ workspace: Int, _ random: inout RandomSource) -> DemoCatalogue.Agent {
    let agents = DemoCatalogue.agents
    let count = workspace == 0 ? agents.count : max(6, 16 - 4 * workspace)
    return agents[(random.skewedIndex(below: count) * 7 + workspace * 3) % agents.count]
  }

  /// - Parameter period: the whole period, in which new versions of the agents come out.
  mutating func trace(period: DemoConfiguration) -> TraceInput {
    spans.reserveCapacity(8)
    let isCached = model != nil && random.chance(0.02)
    if isCached { addTool("answer_cache", median: 12) } else { work() }
    let latency = addRoot()
    let isPriced = model != nil
    return TraceInput(
      traceID: traceID(),
      agentID: agent.id,
      timestamp: start,
      latency: latency,
      status: status,
      model: model?.name,
      modelProvider: model?.provider,
      tokensInput: isPriced ? tokensInput : nil,
      tokensOutput: isPriced ? tokensOutput : nil,
      tokensTotal: isPriced ? tokensInput + tokensOutput : nil,
      cost: model?.price.cost(tokensInput: tokensInput, tokensOutput: tokensOutput),
      qualityScore: score(),
      tags: tags(),
      input: input(),
      output: status == .success ? output() : nil,
      error: error,
      metadata: metadata(period),
      userID: userID,
      sessionID: sessionID(),
      spans: spans
    )
  }

  /// 48 bits of time and 80 of chance in hexadecimal: the layout of a ULID, so that ids made together lie together in
  /// an index.
  private mutating func traceID() -> String {
    let time = UInt64(start.microseconds / 1000)
    return hexadecimal(time << 16 | random.next() >> 48, digits: 16) + hexadecimal(random.next(), digits: 16)
  }

  // MARK: Spans

  private mutating func work() {
    if agent.retrieves { addRetrieval() }
    let calls = agent.calls == 0 ? 0 : 1 + random.index(below: agent.calls)
    for call in 0..<calls where status == .success {
      addCall(call)
      if call < calls - 1 || call == 0, !agent.tools.isEmpty, status == .success, random.chance(0.8) {
        addTool(random.pick(agent.tools), median: 140)
      }
    }
    if calls == 0 { addTool(agent.tools.first ?? "rules", median: 25) }
  }

  private mutating func addRetrieval() {
    addSpan(
      "retrieve documents",
      kind: "retrieval",
      milliseconds: random.logNormal(median: 110, spread: 0.5),
      DemoTexts.retrieval
    )
  }

  private mutating func addTool(_ name: String, median: Double) {
    let fails = random.chance(0.006)
    if fails {
      status = .error
      error = random.pick(DemoCatalogue.toolErrors)
    }
    addSpan(name, kind: "tool", milliseconds: random.logNormal(median: median, spread: 0.7), emptyJSONObject)
  }

  private mutating func addCall(_ call: Int) {
    guard let model else { return }
    rollFailure(of: model)
    let growth = (1 + 0.35 * Double(call)) * (has(.runaway) ? 9 : 1)
    let prompt = Int32(min(190_000, random.logNormal(median: agent.promptTokens * growth, spread: 0.4)))
    let completion = Int32(min(16_000, 1 + random.logNormal(median: agent.completionTokens, spread: 0.5)))
    var milliseconds =
      model.firstToken * random.logNormal(median: 1, spread: 0.35) + Double(completion) * model.perToken
      * (0.8 + 0.4 * random.uniform())
    if has(.slowdown) { milliseconds *= 4 }
    switch status {
    case .success:
      addSpan(model.name, kind: "llm", milliseconds: milliseconds, DemoTexts.call)
      bill(model, prompt, completion)
    case .error:
      // A refused call costs nothing and takes little time.
      addSpan(model.name, kind: "llm", milliseconds: 80 + milliseconds * 0.1, DemoTexts.failedCall)
      spans[spans.count - 1].model = model.name
    case .timeout:
      addSpan(model.name, kind: "llm", milliseconds: random.chance(0.7) ? 30_000 : 60_000, DemoTexts.failedCall)
      spans[spans.count - 1].model = model.name
    }
  }

  private mutating func bill(_ model: DemoCatalogue.Model, _ prompt: Int32, _ completion: Int32) {
    tokensInput += prompt
    tokensOutput += completion
    let last = spans.count - 1
    spans[last].model = model.name
    spans[last].tokensInput = prompt
    spans[last].tokensOutput = completion
    spans[last].cost = model.price.cost(tokensInput: prompt, tokensOutput: completion)
  }

  private mutating func rollFailure(of model: DemoCatalogue.Model) {
    let isOut = bursts.contains { burst in
      guard case .outage(let provider) = burst.kind else { return false }
      return provider == nil || provider == model.provider
    }
    let choice = random.uniform()
    if choice < (isOut ? 0.55 : 0.012) {
      status = .error
      error = isOut ? DemoCatalogue.modelErrors[random.index(below: 2)] : random.pick(DemoCatalogue.modelErrors)
    } else if choice < (isOut ? 0.62 : has(.slowdown) ? 0.05 : 0.015) {
      status = .timeout
      error = "the model did not answer in time"
    }
  }

  private mutating func addSpan(_ name: String, kind: String, milliseconds: Double, _ attributes: [UInt8]) {
    let latency = Int32(max(1, milliseconds))
    let end = clock.adding(milliseconds: Int64(latency))
    spans.append(
      SpanInput(
        spanID: hexadecimal(random.next(), digits: 16),
        parentSpanID: rootID,
        name: name,
        kind: kind,
        start: clock,
        end: end,
        latency: latency,
        status: status,
        attributes: attributes
      )
    )
    clock = end
  }

  /// The span over all others; its latency is the trace's.
  private mutating func addRoot() -> Int32 {
    let end = clock.adding(milliseconds: Int64(2 + random.index(below: 30)))
    let latency = Int32((end.microseconds - start.microseconds) / 1000)
    spans.append(
      SpanInput(
        spanID: rootID,
        name: agent.id,
        kind: "agent",
        start: start,
        end: end,
        latency: latency,
        status: status
      )
    )
    spans.swapAt(0, spans.count - 1)
    return latency
  }

  private func has(_ kind: DemoBurst.Kind) -> Bool {
    bursts.contains { $0.kind == kind }
  }

  // MARK: What else a trace says

  private mutating func score() -> ExactDecimal? {
    guard status == .success, random.chance(0.35) else { return nil }
    let mean = agent.quality - (has(.qualityDip) ? 24 : 0)
    let tenths = (10 * (mean + 7 * random.normal())).rounded()
    return ExactDecimal(coefficient: Int128(max(0, min(1000, tenths))), scale: 1)
  }

  private mutating func tags() -> [String] {
    let channel = random.pick(DemoCatalogue.channels)
    return random.chance(0.08) ? [agent.tag, channel, "beta"] : [agent.tag, channel]
  }

  private mutating func input() -> String {
    var text = random.pick(agent.requests)
    for _ in 0..<random.index(below: 3) { text += random.pick(DemoTexts.context) }
    return text
  }

  private mutating func output() -> String {
    var text = random.pick(agent.answers)
    for _ in 0..<random.index(below: 3) { text += random.pick(DemoTexts.remarks) }
    return text
  }

  private mutating func metadata(_ period: DemoConfiguration) -> [UInt8] {
    let elapsed = start.microseconds - period.start.microseconds
    let thirds = Int(3 * elapsed / (period.end.microseconds - period.start.microseconds))
    let environment = random.chance(0.9) ? 0 : 1
    return DemoTexts.metadata[(environment * 3 + workspace % 3) * 3 + min(2, thirds)]
  }

  private lazy var user = random.skewedIndex(below: 1500)
  private var userID: String? { mutating get { "user-\(10_000 + user)" } }

  /// A user has up to three sessions a day.
  private mutating func sessionID() -> String {
    let day = start.microseconds / 1_000_000 / TraceTimestamp.secondsPerDay
    let key = UInt64(day) << 24 ^ UInt64(workspace) << 20 ^ UInt64(user) << 2 ^ UInt64(random.index(below: 3))
    return "sess-\(hexadecimal(RandomSource.mix(key), digits: 12))"
  }
}

/// Texts that the traces share.
enum DemoTexts {
  static let call = Array(#"{"temperature":0.2,"finish_reason":"stop"}"#.utf8)
  static let failedCall = Array(#"{"temperature":0.2,"retries":2}"#.utf8)
  static let retrieval = Array(#"{"index":"knowledge-base","documents":6}"#.utf8)

  /// By environment, region and version.
  static let metadata: [[UInt8]] = ["production", "staging"].flatMap { environment in
    DemoCatalogue.regions.flatMap { region in
      ["2.3.1", "2.4.0", "2.4.2"].map { version in
        Array(#"{"environment":"\#(environment)","region":"\#(region)","agent_version":"\#(version)"}"#.utf8)
      }
    }
  }

  static let context = [
    " The customer has been with us for three years and wrote twice this month about the same matter.",
    " Please answer in a friendly tone, and keep it short.",
    " Earlier in this conversation the address was confirmed and the last order was looked up.",
    " Use the knowledge base only, and say so when it does not hold the answer.",
  ]
  static let remarks = [
    " Let me know if anything else is unclear.",
    " Sources: handbook, chapter 4; release notes of last month.",
    " I have added a note to the case so that my colleagues can follow up without asking again.",
    " This was checked against the current policy.",
  ]
}
