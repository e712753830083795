/// When how many traces arrive in which workspace, and when something goes wrong.
///
/// Traffic follows the local day and week of each workspace's customers and grows a little over the period.
struct DemoSchedule: Sendable {
  /// One hour (UTC) of one workspace, cut to the period.
  struct Slot: Sendable, Hashable {
    let workspace: Int
    let from: TraceTimestamp
    let to: TraceTimestamp
    let count: Int
  }

  /// The slots of one workspace and day (UTC) in order.
  struct Day: Sendable {
    let slots: [Slot]
  }

  let configuration: DemoConfiguration
  /// In order of time, so that all workspaces fill up alike.
  let days: [Day]
  /// For each workspace.
  let bursts: [[DemoBurst]]

  init(_ configuration: DemoConfiguration) {
    self.configuration = configuration
    days = Self.days(Self.slots(configuration))
    bursts = configuration.workspaces.indices.map { DemoBurst.bursts(configuration, workspace: $0) }
  }

  private static func slots(_ configuration: DemoConfiguration) -> [Slot] {
    var hours: [(workspace: Int, from: TraceTimestamp, to: TraceTimestamp, weight: Double)] = []
    var hour = configuration.start.floored(toSeconds: TraceTimestamp.secondsPerHour)
    while hour < configuration.end {
      let next = hour.adding(seconds: TraceTimestamp.secondsPerHour)
      let from = max(hour, configuration.start)
      let to = min(next, configuration.end)
      for workspace in configuration.workspaces.indices {
        hours.append((workspace, from, to, weight(workspace, from, to, configuration)))
      }
      hour = next
    }
    // The counts come from the running total, so that they add up to the number asked for.
    let total = hours.reduce(0) { $0 + $1.weight }
    var sum = 0.0
    var given = 0
    return hours.enumerated().map { index, hour in
      sum += hour.weight
      let due = index == hours.count - 1 ? configuration.traces : Int(Double(configuration.traces) * sum / total)
      defer { given = max(given, due) }
      return Slot(workspace: hour.workspace, from: hour.from, to: hour.to, count: max(0, due - given))
    }
  }

  private static func days(_ slots: [Slot]) -> [Day] {
    struct Key: Hashable {
      let workspace: Int
      let day: TraceTimestamp
    }
    let groups = Dictionary(grouping: slots) {
      Key(workspace: $0.workspace, day: $0.from.floored(toSeconds: TraceTimestamp.secondsPerDay))
    }
    return groups.sorted { ($0.key.day, $0.key.workspace) < ($1.key.day, $1.key.workspace) }.map {
      Day(slots: $0.value)
    }
  }

  private static func weight(
    _ workspace: Int,
    _ from: TraceTimestamp,
    _ to: TraceTimestamp,
    _ configuration: DemoConfiguration
  ) -> Double {
    let local = from.microseconds / 1_000_000 + hoursEast[workspace % hoursEast.count] * 3600
    let hourOfDay = Int(local / 3600 % 24)
    // 1970-01-01 was a Thursday.
    let weekday = Int((local / TraceTimestamp.secondsPerDay + 3) % 7)
    let share = (0..<workspace).reduce(1.0) { share, _ in share * 0.45 }
    let elapsed = Double(from.microseconds - configuration.start.microseconds)
    let growth = 1 + 0.25 * elapsed / Double(configuration.end.microseconds - configuration.start.microseconds)
    let length = Double(to.microseconds - from.microseconds)
    return share * growth * length * byHour[hourOfDay] * byWeekday[weekday]
  }

  /// Time zones of the workspaces' customers.
  private static let hoursEast: [Int64] = [1, -5, 9]
  private static let byHour: [Double] = [
    0.22, 0.16, 0.13, 0.12, 0.14, 0.22, 0.42, 0.75, 1.25, 1.70, 1.85, 1.75,
    1.45, 1.60, 1.80, 1.75, 1.55, 1.30, 1.05, 0.90, 0.80, 0.65, 0.48, 0.32,
  ]
  /// From Monday.
  private static let byWeekday: [Double] = [1.05, 1.10, 1.12, 1.08, 0.98, 0.48, 0.42]
}

/// Something that goes wrong for a while.
struct DemoBurst: Sendable, Hashable {
  enum Kind: Sendable, Hashable {
    /// Calls of a provider fail; of all when it is nil.
    case outage(provider: String?)
    /// Models answer slowly.
    case slowdown
    /// Agents repeat themselves with ever longer prompts.
    case runaway
    /// A bad prompt went live: answers are worse.
    case qualityDip
  }

  let kind: Kind
  let from: TraceTimestamp
  let to: TraceTimestamp

  func covers(_ instant: TraceTimestamp) -> Bool {
    from <= instant && instant < to
  }

  /// About four in a week, and some in the last day, so that there is something to see whatever the range; the last one
  /// still goes on.
  static func bursts(_ configuration: DemoConfiguration, workspace: Int) -> [DemoBurst] {
    var random = RandomSource(seed: configuration.seed, stream: 0x6275_7273, UInt64(workspace))
    let minutes = configuration.days * 1440
    let chosen = (0..<configuration.days * 4 / 7).map { _ in
      burst(random.index(below: minutes), before: configuration.end, &random)
    }
    return chosen + recent(configuration.end, workspace: workspace)
  }

  private static func burst(_ minutesBefore: Int, before end: TraceTimestamp, _ random: inout RandomSource) -> DemoBurst
  {
    let choice = random.uniform()
    let kind: Kind =
      switch choice {
      case ..<0.35: .outage(provider: random.pick(["openai", "anthropic", "google"]))
      case ..<0.45: .outage(provider: nil)
      case ..<0.75: .slowdown
      case ..<0.88: .runaway
      default: .qualityDip
      }
    let minutes = (25 + random.index(below: 70)) * (kind == .qualityDip ? 5 : 1)
    let from = end.adding(seconds: -Int64(minutesBefore) * 60)
    return DemoBurst(kind: kind, from: from, to: from.adding(seconds: Int64(minutes) * 60))
  }

  private static func recent(_ end: TraceTimestamp, workspace: Int) -> [DemoBurst] {
    func burst(_ kind: Kind, _ minutesBefore: Int64, lasting minutes: Int64) -> DemoBurst {
      let from = end.adding(seconds: -minutesBefore * 60)
      return DemoBurst(kind: kind, from: from, to: from.adding(seconds: minutes * 60))
    }
    guard workspace == 0 else { return [burst(.outage(provider: "openai"), 300 + Int64(workspace) * 60, lasting: 60)] }
    return [
      burst(.outage(provider: nil), 45, lasting: 60),
      burst(.slowdown, 500, lasting: 70),
      burst(.runaway, 1150, lasting: 90),
    ]
  }
}
