import Cache
import Resolver
import TestSupport
import Testing

/// Many who ask for what nobody has, at once.
@Suite(.enabled(if: CachedEngine.isAvailable, "needs the servers of scripts/test"), .serialized, .inTurn)
struct StampedeTests {
  @Test func fiveHundredRequestsOnTwoInstancesComputeOnce() async throws {
    try await with { one, other, principal in
      let answers = await Self.ask([one, other], 250, "number", principal)
      #expect(answers == [#"{"data":{"number":{"value":1}}}"#])
      #expect(one.computations + other.computations == 1)
      let (first, second) = (one.statistics("number"), other.statistics("number"))
      #expect(first.awaited + second.awaited >= 1, "the other instance got it from the first")
      #expect(first.errors + second.errors == 0)
    }
  }

  @Test func fiveHundredRequestsOnOneInstanceComputeOnceWithoutLeases() async throws {
    try await TreeDatabase.with { database in
      let engine = try CachedEngine(database, leaseDuration: nil)
      #expect(await Self.ask([engine], 500, "number", .newcomer()) == [#"{"data":{"number":{"value":1}}}"#])
      #expect(engine.computations == 1)
      await engine.end()
    }
  }

  /// An instance that has taken the lease and is gone keeps the others no longer than the lease.
  @Test func anInstanceThatIsGoneHoldsUpTheOthersForALeaseOnly() async throws {
    try await with(leaseDuration: .milliseconds(300)) { one, _, principal in
      let key = "lease:\(principal.workspaceID):{number:\(principal.workspaceID):0}"
      try await one.redis("SET", key, "somebody who is gone", "PX", "300")
      let start = ContinuousClock.now
      #expect(await one.ask("number", principal) == #"{"data":{"number":{"value":1}}}"#)
      // A bound against waiting for ever; how long it takes is the machine's affair.
      #expect(ContinuousClock.now - start < .seconds(10))
      #expect(one.computations == 1)
      #expect(one.statistics("number").awaited == 0)
    }
  }

  /// The holder lives but does not come to an end: then each goes on by itself after the time of a lease.
  @Test func aLeaseThatIsTakenAgainAndAgainIsNotWaitedForLonger() async throws {
    try await with(leaseDuration: .milliseconds(200)) { one, _, principal in
      let key = "lease:\(principal.workspaceID):{number:\(principal.workspaceID):0}"
      try await one.redis("SET", key, "somebody slow", "PX", "600000")
      #expect(await one.ask("number", principal) == #"{"data":{"number":{"value":1}}}"#)
      #expect(one.computations == 1)
      // What it computed is stored, and the lease is the other's still.
      await one.cache.flush()
      let holder = try await one.redis("GET", key).text
      #expect(holder == "somebody slow")
      let stored = try await one.redis("EXISTS", "number:\(principal.workspaceID):0").integer
      #expect(stored == 1)
    }
  }

  @Test func theLeaseIsGivenBackWithTheValue() async throws {
    try await with { one, other, principal in
      let key = "lease:\(principal.workspaceID):{number:\(principal.workspaceID):0}"
      _ = await one.ask("number", principal)
      await one.cache.flush()
      let isTaken = try await other.redis("EXISTS", key).integer
      #expect(isTaken == 0)
    }
  }

  @Test func afterAnInvalidationOneOfTwoComputes() async throws {
    try await with { one, other, principal in
      for round in 1...5 {
        let answers = await Self.ask([one, other], 40, "number", principal)
        #expect(answers.count == 1)
        #expect(one.computations + other.computations == round)
        for engine in [one, other] { await engine.cache.flush() }
        try await one.cache.invalidate(workspace: principal.workspaceID.text)
        // What the other instance has in memory may be used for a tenth of a second.
        try await Task.sleep(for: .milliseconds(100))
      }
    }
  }

  /// The different answers to so many requests on each of some instances.
  private static func ask(
    _ engines: [CachedEngine],
    _ count: Int,
    _ field: String,
    _ principal: Principal
  ) async -> Set<String> {
    await withTaskGroup(of: String.self, returning: Set<String>.self) { group in
      for _ in 0..<count {
        for engine in engines { group.addTask { await engine.ask(field, principal) } }
      }
      return await group.reduce(into: []) { $0.insert($1) }
    }
  }

  private func with(
    leaseDuration: Duration = .seconds(60),
    _ body: (CachedEngine, CachedEngine, Principal) async throws -> Void
  ) async throws {
    try await TreeDatabase.with { database in
      let engines = try (0..<2).map { _ in try CachedEngine(database, leaseDuration: leaseDuration) }
      try await body(engines[0], engines[1], .newcomer())
      for engine in engines { await engine.end() }
    }
  }
}
