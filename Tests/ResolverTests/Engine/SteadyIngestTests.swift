import Cache
import Logging
import Resolver
import Synchronization
import TestSupport
import Testing

/// A workspace that is written to all the time, and looked at by many: a quarter of the times of the product's promise, so that the
/// test takes seconds. A write every 50 ms, and 20 viewers who look every 500 ms; caches are dropped every 250 ms.
@Suite(.enabled(if: CachedEngine.isAvailable, "needs the servers of scripts/test"), .serialized, .inTurn)
struct SteadyIngestTests {
  @Test func mostAnswersComeFromTheCacheAndNoneIsOld() async throws {
    try await TreeDatabase.with { database in
      let engine = try CachedEngine(database, milliseconds: 5)
      let principal = Principal.newcomer()
      let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
      let coalescer = InvalidationCoalescer(cache: engine.cache, interval: .milliseconds(250), logger: logger)
      let history = History()
      let end = ContinuousClock.now + .seconds(4)
      await withTaskGroup(of: Void.self) { group in
        group.addTask {
          while ContinuousClock.now < end {
            coalescer.changed(principal.workspaceID.text)
            history.wrote()
            try? await Task.sleep(for: .milliseconds(50))
          }
        }
        for viewer in 0..<20 {
          group.addTask {
            try? await Task.sleep(for: .milliseconds(25 * viewer))
            while ContinuousClock.now < end {
              let began = ContinuousClock.now
              let answer = await engine.ask("number", principal)
              history.read(answer, began: began)
              try? await Task.sleep(for: .milliseconds(500))
            }
          }
        }
      }
      await coalescer.finish()
      let counts = engine.statistics("number")
      // Who waits for what another one computes costs nothing; on a busy machine that may be many.
      let hits = counts.memoryHits + counts.redisHits + counts.coalesced
      let calls = counts.memoryHits + counts.redisHits + counts.misses
      let invalidations = engine.cache.statistics.invalidations
      #expect(counts.computations <= 2 * (invalidations + 1), "one for each invalidation, and few more")
      // A machine that is too busy for all these viewers shows less.
      if calls >= 100 { #expect(10 * hits > 8 * calls, "\(counts)") }
      #expect(invalidations <= 20, "every 250 ms for 4 s, however often is written")
      #expect(history.violations == [])
      await engine.end()
    }
  }

  /// The value of an answer is the number of its computation: one that was first seen long ago, and was followed by a write, is too old.
  private final class History: Sendable {
    private struct State {
      var firstSeen: [String: ContinuousClock.Instant] = [:]
      var lastWrite: ContinuousClock.Instant?
      var violations: [String] = []
    }

    private let state = Mutex(State())

    var violations: [String] { state.withLock { $0.violations } }

    func wrote() { state.withLock { $0.lastWrite = .now } }

    func read(_ answer: String, began: ContinuousClock.Instant) {
      state.withLock { state in
        guard let first = state.firstSeen[answer] else {
          state.firstSeen[answer] = .now
          return
        }
        if began - first > .seconds(2) { state.violations.append("\(answer) is \(began - first) old") }
      }
    }
  }
}
