import Testing

@testable import Resolver

/// Who may keep the database busy, and when.
struct ScanLaneTests {
  @Test func oneWorkspaceDoesNotHoldUpAnother() async throws {
    let lane = ScanLane(width: 1)
    #expect(await lane.enter("a") == .entered)
    let order = AsyncStream<String>.makeStream()
    await withTaskGroup(of: Void.self) { group in
      for (number, name) in ["a", "a", "a", "b", "c", "b"].enumerated() {
        group.addTask {
          guard await lane.enter(name) == .entered else { return }
          order.continuation.yield(name)
          lane.leave()
        }
        // One after the other.
        while lane.statistics.waiting <= number { await Task.yield() }
      }
      #expect(lane.statistics == ScanStatistics(running: 1, waiting: 6))
      lane.leave()
    }
    order.continuation.finish()
    var served: [String] = []
    for await name in order.stream { served.append(name) }
    #expect(served == ["a", "b", "c", "a", "b", "a"])
    #expect(lane.statistics == ScanStatistics(running: 0, waiting: 0))
  }

  @Test func noMoreRunThanMay() async {
    let lane = ScanLane(width: 3)
    for _ in 0..<3 { #expect(await lane.enter("a") == .entered) }
    let fourth = Task { await lane.enter("a") }
    while lane.statistics.waiting < 1 { await Task.yield() }
    #expect(lane.statistics == ScanStatistics(running: 3, waiting: 1))
    for _ in 0..<3 { lane.leave() }
    #expect(await fourth.value == .entered)
    lane.leave()
    #expect(lane.statistics == ScanStatistics(running: 0, waiting: 0))
  }

  @Test func whoIsCancelledWaitsNoMore() async {
    let lane = ScanLane(width: 1, maximumWaiting: 2)
    #expect(await lane.enter("a") == .entered)
    let waiting = Task { await lane.enter("b") }
    let other = Task { await lane.enter("b") }
    while lane.statistics.waiting < 2 { await Task.yield() }
    #expect(await lane.enter("c") == .full)
    waiting.cancel()
    #expect(await waiting.value == .cancelled)
    #expect(lane.statistics == ScanStatistics(running: 1, waiting: 1))
    lane.leave()
    #expect(await other.value == .entered)
    lane.leave()
    #expect(lane.statistics == ScanStatistics(running: 0, waiting: 0))
    let late = Task { () -> ScanLane.Entry in
      withUnsafeCurrentTask { $0?.cancel() }
      return await lane.enter("a")
    }
    #expect(await late.value == .cancelled)
  }

  /// Whoever begins late is cancelled in the middle, and the next one begins late as well.
  @Test func whoWaitsTooLongIsTurnedAway() async {
    let lane = ScanLane(width: 1, patience: .milliseconds(50))
    #expect(await lane.enter("a") == .entered)
    #expect(await lane.enter("a") == .full)
    #expect(lane.statistics == ScanStatistics(running: 1, waiting: 0))
    lane.leave()
    #expect(await lane.enter("a") == .entered)
    lane.leave()
  }
}
