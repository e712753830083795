import Testing

@testable import Database

struct PipelineStateTests {
  private typealias State = PipelineState<Int>

  private let failure = DatabaseError(sqlState: SQLState("22012"), detail: "division by zero")

  @Test func aBatchEndsWithItsSync() {
    var state = State()
    state.begin([.execute(serverName: "a", query: 0, prepared: nil)], queries: 1, syncEach: false)
    #expect(state.receive(.success(1)).isNone)
    #expect(state.receive(.end).isNone)
    #expect(state.expectsReply)
    #expect(state.receive(.sync).outcomes == ["1"])
    #expect(state.isIdle)
    #expect(!state.expectsReply)
  }

  @Test func whatFollowsAFailureIsSkipped() {
    var state = State()
    state.begin((0..<3).map { .execute(serverName: "a", query: $0, prepared: nil) }, queries: 3, syncEach: false)
    for reply: State.Reply in [.success(1), .end, .failure(failure), .end, .aborted, .end] {
      #expect(state.receive(reply).isNone)
    }
    #expect(state.receive(.sync).outcomes == ["1", "22012", "skipped"])
  }

  @Test func aFailedPreparationFailsAllItsQueriesAndNoOther() {
    var state = State()
    state.begin(
      [
        .prepare(serverName: "a~1", text: "", name: "a"), .execute(serverName: "a~1", query: 0, prepared: 0),
        .execute(serverName: "b~1", query: 1, prepared: nil), .execute(serverName: "a~1", query: 2, prepared: 0),
      ],
      queries: 3,
      syncEach: false
    )
    for reply: State.Reply in [.failure(failure), .end, .aborted, .end, .aborted, .end, .aborted, .end] {
      #expect(state.receive(reply).isNone)
    }
    let action = state.receive(.sync)
    #expect(action.outcomes == ["22012", "skipped", "22012"])
    #expect(action.prepared == [false])
  }

  @Test func syncEachLetsLaterQueriesRun() {
    var state = State()
    state.begin((0..<2).map { .execute(serverName: "a", query: $0, prepared: nil) }, queries: 2, syncEach: true)
    for reply: State.Reply in [.failure(failure), .end, .sync, .success(2), .end] {
      #expect(state.receive(reply).isNone)
    }
    #expect(state.receive(.sync).outcomes == ["22012", "2"])
  }

  @Test func aFailedCommitTakesBackWhatItCovers() {
    var state = State()
    state.begin((0..<2).map { .execute(serverName: "a", query: $0, prepared: nil) }, queries: 2, syncEach: true)
    for reply: State.Reply in [.success(1), .end, .sync, .success(2), .end, .failure(failure), .end] {
      #expect(state.receive(reply).isNone)
    }
    #expect(state.receive(.sync).outcomes == ["1", "22012"])
  }

  @Test func aLostConnectionFailsWhatHadNoSync() {
    var state = State()
    state.begin((0..<3).map { .execute(serverName: "a", query: $0, prepared: nil) }, queries: 3, syncEach: true)
    for reply: State.Reply in [.success(1), .end, .sync, .success(2), .end] {
      #expect(state.receive(reply).isNone)
    }
    let result = state.close(.unavailable(detail: "gone"))
    #expect(
      State.Action.batchFinished(result ?? .init(outcomes: [], prepared: [])).outcomes == [
        "1", "unavailable", "unavailable",
      ]
    )
    #expect(state.isClosed)
  }

  @Test func aSimpleExchangeReportsTheFirstErrorOrTheLastResult() {
    var state = State()
    state.beginSimple()
    _ = state.receive(.success(1))
    _ = state.receive(.success(2))
    guard case .simpleFinished(.success(2)) = state.receive(.end) else {
      Issue.record("expected the last result")
      return
    }
    state.beginSimple()
    _ = state.receive(.failure(failure))
    guard case .simpleFinished(.failure(failure)) = state.receive(.end) else {
      Issue.record("expected the error")
      return
    }
  }

  @Test func aCopyGoesFromReadyToItsResult() {
    var state = State()
    state.beginSimple()
    guard case .copyReady = state.receive(.copyIn) else {
      Issue.record("expected copyReady")
      return
    }
    #expect(state.isCopying && !state.expectsReply)
    state.endCopy()
    _ = state.receive(.success(10))
    guard case .simpleFinished(.success(10)) = state.receive(.end) else {
      Issue.record("expected the row count")
      return
    }
  }

  @Test func repliesOutOfTurnAreAViolation() {
    var state = State()
    state.begin([.execute(serverName: "a", query: 0, prepared: nil)], queries: 1, syncEach: false)
    guard case .protocolViolation("sync at query(0)") = state.receive(.sync) else {
      Issue.record("expected a violation")
      return
    }
    // Who waits is still to be told.
    #expect(state.close(.unavailable(detail: "gone"))?.outcomes.count == 1)
  }
}

extension PipelineState<Int>.Action {
  fileprivate var isNone: Bool { if case .none = self { true } else { false } }

  fileprivate var prepared: [Bool]? { if case .batchFinished(let result) = self { result.prepared } else { nil } }

  fileprivate var outcomes: [String]? {
    guard case .batchFinished(let result) = self else { return nil }
    return result.outcomes.map { outcome in
      switch outcome {
      case .success(let output): "\(output)"
      case .failure(let error): error.sqlState?.rawValue ?? "\(error.code)"
      case .skipped: "skipped"
      }
    }
  }
}
