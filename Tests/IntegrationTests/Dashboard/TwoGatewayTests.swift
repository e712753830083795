import Foundation
import JSON
import Synchronization
import TestSupport
import Testing

/// Two gateway processes on one Redis and one PostgreSQL.
@Suite(.needsServers, GatewayTrait(environment: ["CACHE_LEASE_MS": "5000"]), .serialized)
struct TwoGatewayTests {
  private let gateway: GatewayUnderTest

  init() throws {
    gateway = try GatewayUnderTest.required()
  }

  @Test func fiveHundredRequestsForAColdKeyComputeOnce() async throws {
    try await gateway.withAnother { another in
      let before = try await computations(of: "Query.alerts", another)
      let clients = [gateway.owner.client, another.client]
      let answers = try await withThrowingTaskGroup(of: String.self, returning: Set<String>.self) { group in
        for number in 0..<500 {
          let client = clients[number % 2]
          group.addTask { try await client.graphQL("{ alerts(limit: 17) { total items { id } } }").text }
        }
        return try await group.reduce(into: []) { $0.insert($1) }
      }
      #expect(answers.count == 1)
      #expect(answers.first?.hasPrefix(#"{"data":{"alerts":{"total":30,"#) == true)
      // One, unless a request has found nothing and is then held up until all is over; never one for each gateway and more.
      #expect((1...2).contains(try await computations(of: "Query.alerts", another) - before))
    }
  }

  /// What one gateway has in memory ends with an invalidation by another one, within 100 ms.
  ///
  /// Takes three seconds; TRACEGATE_COHERENCE_SECONDS=60 takes a minute.
  @Test func noGatewayServesWhatAnInvalidationEndedLongerAgoThanItMay() async throws {
    try await gateway.withAnother { another in
      let seconds = Int(ProcessInfo.processInfo.environment["TRACEGATE_COHERENCE_SECONDS"] ?? "") ?? 3
      let clients = [gateway.owner.client, another.client]
      let history = History(total: 30)
      let end = ContinuousClock.now + .seconds(seconds)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await write(history, clients, until: end) }
        for client in clients {
          for _ in 0..<3 { group.addTask { try await read(history, client, until: end) } }
        }
        try await group.waitForAll()
      }
      #expect(history.violations == [])
      #expect(history.writes >= 3)
      #expect(history.reads > 50)
      let hits = try await counter(#"tracegate_field_hits_total{field="Query.alerts",tier="memory"}"#, another)
      #expect(hits > 0, "it would prove nothing if memory were never used")
    }
  }

  private static let query = "{ alerts(limit: 19) { total } }"

  /// Adds alerts, one after the other, and lets either gateway drop the cache: the whole workspace or the field; or lets the
  /// value expire besides.
  private func write(_ history: History, _ clients: [HTTPClient], until end: ContinuousClock.Instant) async throws {
    let workspace = gateway.owner.workspaceID
    while ContinuousClock.now < end || history.writes < 3 {
      try await gateway.postgres.rows(
        """
        INSERT INTO alerts (id, workspace_id, title, description, severity, status, created_at, updated_at)
        VALUES (gen_random_uuid(), '\(workspace)', 'coherent', '', 'info', 'open', now(), now())
        """
      )
      let path = Bool.random() ? "/api/v1/cache" : "/api/v1/cache?field=alerts"
      let dropped = try await clients[Int.random(in: 0..<2)].send("DELETE", path)
      #expect(dropped.status == 200)
      history.wrote(at: .now)
      if Int.random(in: 0..<4) == 0 { try await gateway.redis.ask("PEXPIRE", "alerts:recent:\(workspace):19:all", "1") }
      try await Task.sleep(for: .milliseconds(Int.random(in: 0..<300)))
    }
  }

  private func read(_ history: History, _ client: HTTPClient, until end: ContinuousClock.Instant) async throws {
    while ContinuousClock.now < end {
      let began = ContinuousClock.now
      let answer = try await client.graphQL(Self.query)
      history.read(try answer.json["data"]?["alerts"]?["total"]?.int, began: began)
    }
  }

  /// When each total was promised, and who was given less.
  private final class History: Sendable {
    private struct State {
      var total: Int64
      var promises: [(total: Int64, at: ContinuousClock.Instant)] = []
      var violations: [String] = []
      var reads = 0
    }

    private let state: Mutex<State>

    init(total: Int64) {
      state = Mutex(State(total: total))
    }

    var violations: [String] { state.withLock { $0.violations } }
    var writes: Int { state.withLock { $0.promises.count } }
    var reads: Int { state.withLock { $0.reads } }

    func wrote(at moment: ContinuousClock.Instant) {
      state.withLock { state in
        state.total += 1
        state.promises.append((state.total, moment))
      }
    }

    func read(_ total: Int64?, began: ContinuousClock.Instant) {
      state.withLock { state in
        state.reads += 1
        let promised = state.promises.last { $0.at <= began - .milliseconds(100) }?.total ?? 30
        if total ?? -1 < promised { state.violations.append("\(total ?? -1) where \(promised) was promised") }
      }
    }
  }

  // MARK: - Help

  private func computations(of field: String, _ another: GatewayUnderTest.Another) async throws -> Double {
    try await counter("tracegate_field_computations_total{field=\"\(field)\"}", another)
  }

  /// Of both gateways.
  private func counter(_ name: String, _ another: GatewayUnderTest.Another) async throws -> Double {
    var sum = 0.0
    for client in [gateway.inside, another.inside] {
      sum += try PrometheusReader.samples(of: try await client.get("/metrics").text)[name] ?? .nan
    }
    return sum
  }
}
