import Synchronization
import TestSupport
import Testing

@testable import Resolver

@Suite struct FlightTableTests {
  /// A computation that ends when it is told to, and says whether it was cancelled.
  private final class Computation: Sendable {
    let runs = Mutex(0)
    let wasCancelled = Mutex(false)
    private let gate = AsyncStream<Void>.makeStream()

    func open() { gate.continuation.finish() }

    @Sendable func run(_ positions: [Int]) async -> [String] {
      runs.withLock { $0 += 1 }
      for await _ in gate.stream {}
      wasCancelled.withLock { $0 = Task.isCancelled }
      return positions.map { "value \($0)" }
    }
  }

  private let table = FlightTable<String, String>()

  @Test func computesOnceForAllWhoAsk() async {
    let computation = Computation()
    let first = table.join(["a", "b"], compute: computation.run)
    let second = table.join(["b"], compute: computation.run)
    #expect(first.map(\.isLeader) == [true, true])
    #expect(second.map(\.isLeader) == [false])
    computation.open()
    #expect(await first[1].value == "value 1")
    #expect(await second[0].value == "value 1")
    #expect(await first[0].value == "value 0")
    #expect(computation.runs.withLock { $0 } == 1)
    #expect(!computation.wasCancelled.withLock { $0 })
  }

  @Test func aCancelledRequestLeavesTheValueToTheOthers() async {
    let computation = Computation()
    let first = table.join(["a"], compute: computation.run)
    let second = table.join(["a"], compute: computation.run)
    let request = Task { await first[0].value }
    request.cancel()
    #expect(await request.value == nil)
    computation.open()
    #expect(await second[0].value == "value 0")
    #expect(!computation.wasCancelled.withLock { $0 })
  }

  @Test func theLastWhoGivesUpCancelsTheComputation() async {
    let computation = Computation()
    let tickets = table.join(["a", "b"], compute: computation.run)
    let request = Task { [await tickets[0].value, await tickets[1].value] }
    request.cancel()
    #expect(await request.value == [nil, nil])
    // Whoever comes now starts anew and is not given the cancelled one's failure.
    let later = Computation()
    let ticket = table.join(["a"], compute: later.run)[0]
    #expect(ticket.isLeader)
    later.open()
    #expect(await ticket.value == "value 0")
    while computation.runs.withLock({ $0 }) == 0 { await Task.yield() }
    while !computation.wasCancelled.withLock({ $0 }) { await Task.yield() }
  }

  @Test func aValueThatHasLandedIsComputedAnewForTheNext() async {
    let computation = Computation()
    computation.open()
    #expect(await table.join(["a"], compute: computation.run)[0].value == "value 0")
    #expect(await table.join(["a"], compute: computation.run)[0].value == "value 0")
    #expect(computation.runs.withLock { $0 } == 2)
  }

  @Test func aValueThatLingersIsBoardedAndOneThatDoesNotIsComputedAnew() async {
    let table = FlightTable<String, String>(lingering: .init(duration: .seconds(600)) { $0 == "value 0" })
    let computation = Computation()
    computation.open()
    for ticket in table.join(["a", "b"], compute: computation.run) { _ = await ticket.value }
    let late = table.join(["a", "b"], compute: computation.run)
    #expect(late.map(\.isLeader) == [false, true])
    #expect(await late[0].value == "value 0")
    #expect(await late[1].value == "value 1")
    #expect(computation.runs.withLock { $0 } == 2)
  }

  @Test func whatLingersIsForgottenInTheEnd() async throws {
    let table = FlightTable<String, String>(lingering: .init(duration: .milliseconds(5)) { _ in true })
    let computation = Computation()
    computation.open()
    #expect(await table.join(["a"], compute: computation.run)[0].value == "value 0")
    try await Patience.wait(for: "the end of it") { () -> Bool? in
      let ticket = table.join(["a"], compute: computation.run)[0]
      _ = await ticket.value
      return ticket.isLeader ? true : nil
    }
  }
}
