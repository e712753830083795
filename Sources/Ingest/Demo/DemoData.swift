public import Database
private import Synchronization

/// A deterministic, realistic data set, for looking around and for measuring.
///
/// Twenty agents and eight models with their list prices, over the last days before ``DemoConfiguration/end``:
/// log-normal token counts and latencies, traffic by local day and week, bursts of errors, slow answers and spending,
/// scores for some, spans as a tree whose tokens and costs add up to the trace's, and the alerts that a rules engine
/// would have raised.
public struct DemoData: Sendable {
  public let configuration: DemoConfiguration
  private let schedule: DemoSchedule
  private let generator: DemoTraceGenerator

  /// Traces in one transaction, about.
  private static let batchSize = 4000

  public init(_ configuration: DemoConfiguration) {
    self.configuration = configuration
    schedule = DemoSchedule(configuration)
    generator = DemoTraceGenerator(schedule)
  }

  /// All traces by workspace and day, in order of time within each. A day is made when it is asked for.
  public var days: some Sequence<(workspace: UUIDBytes, traces: [TraceInput])> {
    schedule.days.lazy.map { day in
      let workspace = configuration.workspaces[day.slots.first?.workspace ?? 0]
      return (workspace, day.slots.flatMap { generator.traces(of: $0) })
    }
  }

  /// Writes the data set through the ordinary writer, with several transactions at once, and then rules and alerts.
  ///
  /// Writing it again changes nothing. Workspaces themselves are rows of another database and are not made here.
  /// - Parameters:
  ///   - pool: its size bounds `writers`.
  ///   - writers: how many connections to use. While one waits for the server another makes traces.
  ///   - progress: called after each transaction, by one task at a time.
  ///   - onCommit: see ``TraceWriter``.
  public func load(
    into pool: ConnectionPool,
    writers: Int = 3,
    progress: @escaping @Sendable (DemoReport) -> Void = { _ in },
    onCommit: (@Sendable (UUIDBytes) async -> Void)? = nil
  ) async throws -> DemoReport {
    let run = DemoLoad(schedule: schedule, progress: progress)
    let writer = TraceWriter(pool: pool, onCommit: onCommit)
    try await withThrowingTaskGroup { group in
      for _ in 0..<max(1, writers) {
        group.addTask {
          while let day = run.nextDay() { try await load(day, writer, run) }
        }
      }
      try await group.waitForAll()
    }
    for workspace in configuration.workspaces.indices {
      let alerts = DemoAlerts(
        seed: configuration.seed,
        workspace: workspace,
        minutes: run.minutes(of: workspace),
        start: schedule.firstMinute
      )
      let added = try await alerts.insert(into: pool, workspace: configuration.workspaces[workspace])
      run.add(alerts: added)
      await onCommit?(configuration.workspaces[workspace])
    }
    // Tables that were empty a moment ago have no statistics until autovacuum comes by.
    _ = try await pool.withConnection {
      let rollups = RollupTable.allCases.map(\.name).joined(separator: ", ")
      return try await $0.execute("ANALYZE \(rollups), trace_locator")
    }
    return run.report
  }

  /// A day stays with one connection, so that no two of them wait for a row of `traces_daily`.
  private func load(_ day: DemoSchedule.Day, _ writer: TraceWriter, _ run: DemoLoad) async throws {
    var batch: [TraceInput] = []
    for (index, slot) in day.slots.enumerated() {
      let traces = generator.traces(of: slot)
      run.add(traces, of: slot)
      batch += traces
      guard batch.count >= Self.batchSize || index == day.slots.count - 1 else { continue }
      let report = try await writer.write(batch, workspace: configuration.workspaces[slot.workspace])
      run.add(report, spans: report.inserted.reduce(0) { $0 + batch[$1].spans.count })
      batch = []
    }
  }
}

/// What the writers of one load share.
private final class DemoLoad: Sendable {
  private struct State {
    var nextDay = 0
    var report: DemoReport
    /// By workspace and minute.
    var minutes: [[DemoMinute]]
  }

  private let schedule: DemoSchedule
  private let state: Mutex<State>
  private let progress: @Sendable (DemoReport) -> Void

  init(schedule: DemoSchedule, progress: @escaping @Sendable (DemoReport) -> Void) {
    self.schedule = schedule
    self.progress = progress
    let empty = [DemoMinute](repeating: DemoMinute(), count: schedule.minuteCount)
    state = Mutex(
      State(
        report: DemoReport(total: schedule.configuration.traces),
        minutes: Array(repeating: empty, count: schedule.configuration.workspaces.count)
      )
    )
  }

  func nextDay() -> DemoSchedule.Day? {
    state.withLock { state in
      guard state.nextDay < schedule.days.count else { return nil }
      defer { state.nextDay += 1 }
      return schedule.days[state.nextDay]
    }
  }

  func add(_ traces: [TraceInput], of slot: DemoSchedule.Slot) {
    var sums: [Int: DemoMinute] = [:]
    for trace in traces { sums[schedule.minute(of: trace.timestamp), default: DemoMinute()].add(trace) }
    state.withLock { state in
      for (minute, sum) in sums { state.minutes[slot.workspace][minute].add(sum, sign: 1) }
    }
  }

  /// Reports progress under the lock, so that it never goes backwards.
  func add(_ report: WriteReport, spans: Int) {
    state.withLock { state in
      state.report.accepted += report.inserted.count
      state.report.duplicates += report.duplicates
      state.report.spans += spans
      progress(state.report)
    }
  }

  func add(alerts: Int) {
    state.withLock { $0.report.alerts += alerts }
  }

  func minutes(of workspace: Int) -> [DemoMinute] {
    state.withLock { $0.minutes[workspace] }
  }

  var report: DemoReport { state.withLock(\.report) }
}

extension DemoSchedule {
  /// Start of the minute that holds the period's start.
  var firstMinute: TraceTimestamp { configuration.start.floored(toSeconds: 60) }

  var minuteCount: Int { minute(of: configuration.end) + 1 }

  func minute(of instant: TraceTimestamp) -> Int {
    Int((instant.microseconds - firstMinute.microseconds) / 60_000_000)
  }
}
