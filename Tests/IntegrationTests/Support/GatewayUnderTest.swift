import Foundation
import JSON
import TestSupport

/// A `tracegate serve` on a database of its own, behind proxies that count, with two accounts in two workspaces.
struct GatewayUnderTest: Sendable {
  /// The one of the running suite; see `GatewayTrait`.
  @TaskLocal static var current: GatewayUnderTest?

  let program: Program
  /// Nobody in particular: no token.
  let anybody: HTTPClient
  /// The internal listener, without context.
  let inside: HTTPClient
  /// Has traces and alerts.
  let owner: Account
  /// Has a workspace of its own with nothing in it.
  let stranger: Account
  let postgres: PostgresWitness
  let redis: RedisWitness
  let telemetryWire: WireProxy
  let redisWire: WireProxy
  /// What the ids of the owner's traces begin with; no other suite's do.
  let tracePrefix: String
  /// Ids of the owner's traces.
  let traceIDs: [String]
  /// What starts a gateway like this one.
  let binary: String
  let environment: [String: String]

  struct Account: Sendable {
    let email: String
    let workspaceID: String
    let userID: String
    let token: String
    /// Sends the token with each request.
    let client: HTTPClient
  }

  /// The running suite's gateway.
  static func required() throws -> GatewayUnderTest {
    guard let current else { throw TestFailure("the suite lacks the trait .gateway") }
    return current
  }

  /// A second process on the same servers, behind the same wires.
  struct Another: Sendable {
    /// The owner's.
    let client: HTTPClient
    let inside: HTTPClient
  }

  /// Runs `body` beside a second gateway.
  func withAnother(settings: [String: String] = [:], _ body: (Another) async throws -> Void) async throws {
    let (port, servicePort) = (try LoopbackSocket.freePort(), try LoopbackSocket.freePort())
    let ports = ["PORT": "\(port)", "SERVICE_PORT": "\(servicePort)"]
    let environment = environment.merging(settings) { $1 }.merging(ports) { $1 }
    let program = try await Program(binary, ["serve"], environment: environment)
    let another = Another(
      client: HTTPClient(port: port).with(token: owner.token),
      inside: HTTPClient(port: servicePort)
    )
    do {
      try await Patience.wait(for: "the second gateway; it said: \(program.errorsSoFar)") {
        try? await another.client.get("/health").status == 200 ? true : nil
      }
      try await body(another)
    } catch {
      await program.stop()
      throw error
    }
    await program.stop()
  }

  /// Forgets everything cached for the owner. Other suites' entries, in the same Redis, stay.
  func emptyCache() async throws {
    let details = try await redis.keys(matching: "trace:detail:\(tracePrefix)-*")
    for key in try await redis.keys(matching: "*:\(owner.workspaceID)*").union(details) {
      try await redis.ask("DEL", key)
    }
  }

  /// Waits until a value stands under a key, which is written behind the answer.
  func waitUntilStored(_ key: String) async throws {
    try await Patience.wait(for: key) { try await redis.ask("EXISTS", key) == "1" ? true : nil }
  }

  /// Forgets what passed the wires so far.
  func resetCounts() {
    telemetryWire.resetCounts()
    redisWire.resetCounts()
  }
}

/// What it takes to have a gateway under test, and to be rid of it.
struct GatewayStand: Sendable {
  let binary: String
  var postgresURL: String
  var redisURL: String
  var environment: [String: String] = [:]

  static let password = "correct horse battery"

  init() throws {
    guard let binary = TestServers.binary, let postgres = TestServers.postgresURL, let redis = TestServers.redisURL
    else { throw TestFailure(TestServers.absence) }
    self.binary = binary
    postgresURL = postgres
    redisURL = redis
  }

  /// Runs `body` with a gateway, and leaves nothing behind.
  func run(_ body: (GatewayUnderTest) async throws -> Void) async throws {
    try await Turnstile.heavy.pass { try await runNow(body) }
  }

  private func runNow(_ body: (GatewayUnderTest) async throws -> Void) async throws {
    let server = PostgresWitness(url: postgresURL)
    let name = "it_" + UUID().uuidString.lowercased().replacingOccurrences(of: "-", with: "")
    try await server.rows("CREATE DATABASE \(name)")
    let database = try Self.url(postgresURL, path: "/" + name)
    let telemetryWire = try WireProxy(to: Self.target(postgresURL))
    let redisWire = try WireProxy(to: Self.target(redisURL))
    defer {
      telemetryWire.stop()
      redisWire.stop()
    }
    let port = try LoopbackSocket.freePort()
    let servicePort = try LoopbackSocket.freePort()
    let direct = ["TIMESCALE_URL": database, "POSTGRES_URL": database, "REDIS_URL": redisURL]
    try await Program.run(binary, ["migrate"], environment: direct)
    var environment = [
      "TIMESCALE_URL": try Self.url(database, port: telemetryWire.port), "POSTGRES_URL": database,
      "REDIS_URL": try Self.url(redisURL, port: redisWire.port),
      // What watches for revoked tokens shall not be counted.
      "STREAM_REDIS_URL": redisURL, "PORT": "\(port)", "SERVICE_PORT": "\(servicePort)",
      "JWT_SECRET": "only for tests, and long enough for HS256", "BCRYPT_COST": "4", "LOG_LEVEL": "warning",
      // A busy machine is no reason to count a miss.
      "REDIS_TIMEOUT_MS": "5000",
    ]
    environment.merge(self.environment) { _, given in given }
    let program = try await Program(binary, ["serve"], environment: environment)
    do {
      let gateway = try await furnish(
        program,
        port,
        servicePort,
        direct,
        PostgresWitness(url: database),
        telemetryWire,
        redisWire,
        environment
      )
      try await body(gateway)
    } catch {
      await program.stop()
      throw error
    }
    await program.stop()
    try await server.rows("DROP DATABASE \(name) WITH (FORCE)")
  }

  private func furnish(
    _ program: Program,
    _ port: Int,
    _ servicePort: Int,
    _ direct: [String: String],
    _ postgres: PostgresWitness,
    _ telemetryWire: WireProxy,
    _ redisWire: WireProxy,
    _ environment: [String: String]
  ) async throws -> GatewayUnderTest {
    let anybody = HTTPClient(port: port)
    try await Patience.wait(for: "the gateway; it said: \(program.errorsSoFar)") {
      try? await anybody.get("/health").status == 200 ? true : nil
    }
    let owner = try await Self.register("owner", anybody)
    let stranger = try await Self.register("stranger", anybody)
    let prefix = "owned-\(UUID().uuidString.prefix(8).lowercased())"
    let traces = TestTraces(prefix: prefix, count: 4000, now: Date())
    try await load(traces, into: owner, direct)
    try await Self.insertAlerts(owner, postgres)
    return GatewayUnderTest(
      program: program,
      anybody: anybody,
      inside: HTTPClient(port: servicePort),
      owner: owner,
      stranger: stranger,
      postgres: postgres,
      redis: RedisWitness(url: redisURL),
      telemetryWire: telemetryWire,
      redisWire: redisWire,
      tracePrefix: prefix,
      traceIDs: traces.traces.map(\.id),
      binary: binary,
      environment: environment
    )
  }

  private func load(
    _ traces: TestTraces,
    into account: GatewayUnderTest.Account,
    _ environment: [String: String]
  ) async throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).ndjson").path
    try Data(traces.lines.utf8).write(to: URL(fileURLWithPath: file))
    defer { try? FileManager.default.removeItem(atPath: file) }
    let said = try await Program.run(
      binary,
      ["load", file, "--workspace", account.workspaceID],
      environment: environment
    )
    guard said == "\(traces.traces.count) traces loaded, 0 known already, 0 lines rejected.\n" else {
      throw TestFailure("load said: \(said)")
    }
  }

  static func register(_ name: String, _ client: HTTPClient) async throws -> GatewayUnderTest.Account {
    let email = "\(name)-\(UUID().uuidString.lowercased())@tests.example"
    let registered = try await client.post(
      "/api/v1/auth/register",
      json: #"""
        {"email":"\#(email)","password":"\#(password)","full_name":"\#(name)","workspace_name":"\#(name)'s"}
        """#
    )
    guard registered.status == 201 else { throw TestFailure("register: \(registered.status) \(registered.text)") }
    let login = try await client.post(
      "/api/v1/auth/login",
      json: #"{"email":"\#(email)","password":"\#(password)"}"#
    )
    guard let token = try login.json["access_token"]?.string,
      let workspace = try registered.json["workspace_id"]?.string, let user = try registered.json["id"]?.string
    else { throw TestFailure("login: \(login.status) \(login.text)") }
    return GatewayUnderTest.Account(
      email: email,
      workspaceID: workspace,
      userID: user,
      token: token,
      client: client.with(token: token)
    )
  }

  /// Thirty alerts of every severity, one of them without a value.
  private static func insertAlerts(
    _ account: GatewayUnderTest.Account,
    _ postgres: PostgresWitness
  ) async throws {
    try await postgres.rows(
      """
      INSERT INTO alerts (id, workspace_id, title, description, severity, status, metric_value, created_at, updated_at)
      SELECT gen_random_uuid(), '\(account.workspaceID)', 'alert ' || n, 'number ' || n,
        (ARRAY['info', 'warning', 'critical'])[n % 3 + 1], 'open', CASE WHEN n <> 4 THEN n * 1.5 END,
        now() - n * interval '1 hour', now()
      FROM generate_series(1, 30) AS n
      """
    )
  }

  // MARK: - URLs

  static func url(_ text: String, path: String? = nil, port: Int? = nil) throws -> String {
    guard var parts = URLComponents(string: text) else { throw TestFailure("not a URL: \(text)") }
    if let path { parts.path = path }
    if let port {
      parts.host = "127.0.0.1"
      parts.port = port
    }
    return parts.string ?? text
  }

  static func target(_ text: String) throws -> WireProxy.Target {
    guard let parts = URLComponents(string: text), let port = parts.port else {
      throw TestFailure("not a URL: \(text)")
    }
    return .tcp(host: "127.0.0.1", port: port)
  }
}
