import Cache
import Resolver
import TestSupport
import Testing

/// Values computed before they are missed, and values past their time.
@Suite(.enabled(if: CachedEngine.isAvailable, "needs the servers of scripts/test"), .serialized, .inTurn)
struct EarlyRefreshTests {
  private static let first = #"{"value":1}"#

  /// The field has a margin of ten seconds.
  @Test func aValueNearItsEndIsComputedOnceWhileItIsServed() async throws {
    try await with { engine, principal in
      let key = "number:\(principal.workspaceID):0"
      try await Self.fill(engine, "number", key, principal)
      try await engine.redis("PEXPIRE", key, "9000")
      try await Self.waitFor(2, engine, "number", principal)
      #expect(engine.computations == 2)
      #expect(engine.statistics("number").misses == 1, "nobody had to wait for the second one")
      #expect(engine.statistics("number").refreshes >= 1)
      await engine.cache.flush()
      #expect(try await engine.timeToLive(of: key) > 90_000)
    }
  }

  @Test func aValueFarFromItsEndIsLeftAlone() async throws {
    try await with { engine, principal in
      let key = "number:\(principal.workspaceID):0"
      try await Self.fill(engine, "number", key, principal)
      try await engine.redis("PEXPIRE", key, "30000")
      for _ in 0..<200 { #expect(await engine.ask("number", principal).contains(Self.first)) }
      #expect(engine.computations == 1)
      #expect(engine.statistics("number").refreshes == 0)
    }
  }

  /// It costs a computation, so one instance does it, also when the other one asks more often.
  @Test func anInstanceLeavesToAnotherWhatThatOneIsRefreshing() async throws {
    try await with { engine, principal in
      let key = "number:\(principal.workspaceID):0"
      try await Self.fill(engine, "number", key, principal)
      try await engine.redis("SET", "lease:\(principal.workspaceID):{\(key)}", "somebody else", "PX", "600000")
      try await engine.redis("PEXPIRE", key, "8000")
      try await Patience.wait(for: "a refresh") { () -> Bool? in
        #expect(await engine.ask("number", principal).contains(Self.first))
        return engine.statistics("number").refreshes >= 1 ? true : nil
      }
      for _ in 0..<20 { #expect(await engine.ask("number", principal).contains(Self.first)) }
      #expect(engine.computations == 1)
    }
  }

  /// `stale: 50` behind a time to live of 100.
  @Test func aStaleValueIsServedWhileItIsComputedAnew() async throws {
    try await with { engine, principal in
      let key = "lasting:\(principal.workspaceID):0"
      try await Self.fill(engine, "lasting", key, principal)
      #expect(try await engine.timeToLive(of: key) > 100_000)
      try await engine.redis("PEXPIRE", key, "30000")
      try await Self.waitFor(2, engine, "lasting", principal)
      #expect(engine.computations == 2)
      #expect(engine.statistics("lasting").staleHits >= 1)
      #expect(engine.statistics("lasting").misses == 1)
    }
  }

  @Test func nothingIsServedBeyondItsStaleTime() async throws {
    try await with { engine, principal in
      let key = "lasting:\(principal.workspaceID):0"
      try await Self.fill(engine, "lasting", key, principal)
      try await engine.redis("PEXPIRE", key, "1")
      try await Patience.wait(for: "the end") { try await engine.redis("EXISTS", key).integer == 0 ? true : nil }
      try await Task.sleep(for: .milliseconds(100))
      #expect(await engine.ask("lasting", principal).contains(#"{"value":2}"#))
      #expect(engine.statistics("lasting").staleHits == 0)
    }
  }

  /// Somebody has taken its time away: it would be served for ever.
  @Test func aValueOfOursThatDoesNotExpireAnyMoreIsComputedAnew() async throws {
    try await with { engine, principal in
      let key = "number:\(principal.workspaceID):0"
      try await Self.fill(engine, "number", key, principal)
      try await Task.sleep(for: .milliseconds(150))
      try await engine.redis("PERSIST", key)
      try await Task.sleep(for: .milliseconds(150))
      #expect(await engine.ask("number", principal).contains(#"{"value":2}"#))
      await engine.cache.flush()
      #expect(try await engine.timeToLive(of: key) > 90_000)
    }
  }

  /// Neither stale nor nearly expired: an invalidation ends a value whatever its time.
  @Test(arguments: ["9000", "30000", "140000"])
  func whatAnInvalidationMadeOldIsNeitherServedNorRefreshed(milliseconds: String) async throws {
    try await with { engine, principal in
      let key = "lasting:\(principal.workspaceID):0"
      try await Self.fill(engine, "lasting", key, principal)
      try await engine.redis("PEXPIRE", key, milliseconds)
      // The key itself stays, as if Redis had been too slow to remove it.
      try await engine.redis("DEL", "idx:\(principal.workspaceID)")
      try await engine.cache.invalidate(workspace: principal.workspaceID.text)
      #expect(await engine.ask("lasting", principal).contains(#"{"value":2}"#))
      #expect(engine.statistics("lasting").staleHits == 0)
      #expect(engine.statistics("lasting").outdated == 1)
      #expect(engine.statistics("lasting").refreshes == 0)
    }
  }

  private static func fill(_ engine: CachedEngine, _ field: String, _ key: String, _ principal: Principal) async throws
  {
    #expect(await engine.ask(field, principal).contains(first))
    await engine.cache.flush()
    #expect(try await engine.redis("EXISTS", key).integer == 1)
  }

  /// Asks until the answer is of a certain computation; until then it is of the one before.
  private static func waitFor(
    _ value: Int,
    _ engine: CachedEngine,
    _ field: String,
    _ principal: Principal
  ) async throws {
    try await Patience.wait(for: "computation \(value)") { () -> Bool? in
      let answer = await engine.ask(field, principal)
      #expect(answer.contains("{\"value\":\(value)}") || answer.contains("{\"value\":\(value - 1)}"))
      return answer.contains("{\"value\":\(value)}") ? true : nil
    }
  }

  private func with(_ body: (CachedEngine, Principal) async throws -> Void) async throws {
    try await TreeDatabase.with { database in
      let engine = try CachedEngine(database)
      try await body(engine, .newcomer())
      await engine.end()
    }
  }
}
