import Cache
import Resolver
import TestSupport
import Testing

/// A reader that is slower than an invalidation: it has read before, and stores after.
@Suite(.enabled(if: CachedEngine.isAvailable, "needs the servers of scripts/test"), .serialized, .inTurn)
struct InvalidationRaceTests {
  enum Scope: CaseIterable {
    case workspace, field, prefix
  }

  @Test(arguments: Scope.allCases)
  func whatASlowReaderStoresAfterAnInvalidationIsNotUsed(scope: Scope) async throws {
    try await race(scope) { engine, principal in
      #expect(await engine.ask("number", principal).contains(#"{"value":2}"#))
      #expect(engine.statistics("number").outdated == 1)
    }
  }

  /// Who asks after the invalidation must not be given what is being read since before.
  @Test(arguments: Scope.allCases)
  func nobodyBoardsAFlightFromBeforeAnInvalidation(scope: Scope) async throws {
    try await TreeDatabase.with { database in
      let engine = try CachedEngine(database, milliseconds: 300)
      let principal = Principal.newcomer()
      async let slow = engine.ask("number", principal)
      try await Patience.wait(for: "the computation") { engine.computations == 1 ? true : nil }
      try await Self.invalidate(engine, principal, scope)
      _ = await engine.ask("number", principal)
      #expect(engine.computations == 2)
      #expect(engine.statistics("number").coalesced == 0)
      _ = await slow
      await engine.end()
    }
  }

  @Test func anotherFieldIsNotTouched() async throws {
    try await race(.field) { engine, principal in
      // Its value was stored before.
      #expect(await engine.ask("lasting(n: 7)", principal).contains(#"{"value":1}"#))
      #expect(engine.statistics("lasting").outdated == 0)
      #expect(engine.statistics("lasting").misses == 1)
    } before: { engine, principal in
      _ = await engine.ask("lasting(n: 7)", principal)
    }
  }

  /// Begins a computation, invalidates while it is under way, and lets it be stored.
  private func race(
    _ scope: Scope,
    _ check: (CachedEngine, Principal) async throws -> Void,
    before: (CachedEngine, Principal) async throws -> Void = { _, _ in }
  ) async throws {
    try await TreeDatabase.with { database in
      let engine = try CachedEngine(database, milliseconds: 200)
      let principal = Principal.newcomer()
      try await before(engine, principal)
      let computed = engine.computations
      async let slow = engine.ask("number", principal)
      try await Patience.wait(for: "the computation") { engine.computations == computed + 1 ? true : nil }
      try await Self.invalidate(engine, principal, scope)
      _ = await slow
      await engine.cache.flush()
      let isStored = try await engine.redis("EXISTS", "number:\(principal.workspaceID):0").integer
      #expect(isStored == 1, "stored after the invalidation")
      try await check(engine, principal)
      await engine.end()
    }
  }

  private static func invalidate(_ engine: CachedEngine, _ principal: Principal, _ scope: Scope) async throws {
    let workspace = principal.workspaceID.text
    let fields = ["number:", "lasting:"]
    switch scope {
    case .workspace: try await engine.cache.invalidate(workspace: workspace)
    case .field: try await engine.cache.invalidate(workspace: workspace, keysWith: "number:", of: ["number:"])
    case .prefix: try await engine.cache.invalidate(workspace: workspace, keysWith: "number:\(workspace)", of: fields)
    }
  }
}
