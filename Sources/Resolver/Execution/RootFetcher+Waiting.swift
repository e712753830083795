import Cache

extension RootFetcher {
  /// The first pause before Redis is asked again, and the longest.
  private static let shortestPause = Duration.milliseconds(5)
  private static let longestPause = Duration.milliseconds(40)

  /// Waits for bodies that another instance has promised to compute, and computes those that do not come: because the
  /// lease has passed to us, or because its time is up.
  func awaitOthers(_ misses: [MissedCall]) async -> [StepResults.Outcome] {
    var outcomes: [StepResults.Outcome?] = Array(repeating: nil, count: misses.count)
    var open = misses.indices.map { (index: $0, miss: misses[$0]) }
    var pause = Self.shortestPause
    let end = ContinuousClock.now + (services.leaseDuration ?? .zero)
    while !open.isEmpty, ContinuousClock.now < end, (try? await Task.sleep(for: pause)) != nil {
      pause = min(pause * 2, Self.longestPause)
      let calls = open.map(\.miss.call)
      // A flight is shared by requests that select different things: another service's body is not for them.
      let cached = await read(calls, .redisOnly) { _, _ in false }
      var waiting: [(index: Int, miss: MissedCall)] = []
      var ours: [(index: Int, miss: MissedCall)] = []
      for (position, entry) in open.enumerated() {
        if let body = cached.bodies[position] {
          outcomes[entry.index] = .value(body, node: 0)
          services.tally.update(entry.miss.call.root) { $0.awaited += 1 }
        } else {
          let miss = MissedCall(entry.miss.call, cached: cached, at: position, policies: services.binding)
          if miss.lease == .elsewhere { waiting.append((entry.index, miss)) } else { ours.append((entry.index, miss)) }
        }
      }
      await compute(ours, into: &outcomes)
      open = waiting
    }
    await compute(open, into: &outcomes)
    return outcomes.map { $0 ?? .failure(.outOfTime) }
  }

  private func compute(
    _ entries: [(index: Int, miss: MissedCall)],
    into outcomes: inout [StepResults.Outcome?]
  ) async {
    guard !entries.isEmpty else { return }
    for (entry, outcome) in zip(entries, await compute(entries.map(\.miss))) { outcomes[entry.index] = outcome }
  }
}
