import JSON
import TestSupport
import Testing

/// `tracegate cache`, `DELETE /api/v1/cache` and `/metrics`, from outside.
@Suite(.needsServers, .gateway, .serialized)
struct CacheCommandTests {
  private let gateway: GatewayUnderTest
  private let command: String

  init() throws {
    gateway = try GatewayUnderTest.required()
    command = try #require(TestServers.binary)
  }

  private var workspace: String { gateway.owner.workspaceID }

  // MARK: - DELETE /api/v1/cache

  @Test func dropsTheWorkspaceOfTheCaller() async throws {
    let alerts = "alerts:recent:\(workspace):4:all"
    let theirs = "alerts:recent:\(gateway.stranger.workspaceID):4:all"
    try await fill(alerts, "/api/v1/alerts/recent?limit=4")
    try await fill(theirs, "/api/v1/alerts/recent?limit=4", as: gateway.stranger)
    let kpis = "home_kpis:\(workspace):7d"
    try await fill(kpis, "/api/v1/metrics/home-kpis?range=7d")

    let one = try await gateway.owner.client.send("DELETE", "/api/v1/cache?field=alerts")
    #expect(one.status == 200)
    #expect(try one.json.members.map(\.key) == ["field", "removed", "refreshed_at"])
    #expect(try one.json["field"]?.string == "alerts")
    let removed = try one.json["removed"]?.int ?? 0
    #expect(removed >= 1)
    #expect(try await exists([alerts, kpis, theirs]) == ["0", "1", "1"])

    let all = try await gateway.owner.client.send("DELETE", "/api/v1/cache")
    #expect(try all.json["field"]?.isNull == true)
    #expect(try all.json["refreshed_at"]?.string?.hasSuffix("Z") == true)
    #expect(try await exists([kpis, theirs]) == ["0", "1"])
  }

  /// A change that only PostgreSQL knows of is in the answer after the field is dropped, and in no other field's.
  @Test func droppingAFieldMakesItsNextAnswerNew() async throws {
    let client = gateway.owner.client
    let path = "/api/v1/alerts/recent?limit=3&severity=critical"
    let key = "alerts:recent:\(workspace):3:critical"
    try await fill(key, path)
    let before = try #require(try await client.get(path).json["total"]?.int)
    try await gateway.postgres.rows(
      """
      INSERT INTO alerts (id, workspace_id, title, description, severity, status, created_at, updated_at)
      VALUES (gen_random_uuid(), '\(workspace)', 'new', 'new', 'critical', 'open', now(), now())
      """
    )
    _ = try await client.send("DELETE", "/api/v1/cache?field=home_kpis")
    #expect(try await client.get(path).json["total"]?.int == before)
    _ = try await client.send("DELETE", "/api/v1/cache?field=alerts")
    #expect(try await client.get(path).json["total"]?.int == before + 1)
    try await gateway.postgres.rows("DELETE FROM alerts WHERE title = 'new'")
    _ = try await client.send("DELETE", "/api/v1/cache")
  }

  @Test func refusesWhatItCannotDrop() async throws {
    let unknown = try await gateway.owner.client.send("DELETE", "/api/v1/cache?field=users")
    #expect(unknown.status == 422)
    #expect(
      unknown.text.hasPrefix(
        #"{"detail":[{"type":"literal_error","loc":["query","field"],"msg":"Input should be 'home_kpis', 'alerts', "#
      )
    )
    #expect(unknown.text.hasSuffix(#"","input":"users"}]}"#))
    let misspelt = try await gateway.owner.client.send("DELETE", "/api/v1/cache?filed=alerts")
    #expect(misspelt.status == 422)
    #expect(misspelt.text.contains(#""loc":["query","filed"],"msg":"Only 'field' and 'workspace_id' are known""#))
    #expect(try await gateway.anybody.send("DELETE", "/api/v1/cache").status == 401)
    let foreign = "/api/v1/cache?workspace_id=\(gateway.stranger.workspaceID)"
    #expect(try await gateway.owner.client.send("DELETE", foreign).status == 403)
    let get = try await gateway.owner.client.get("/api/v1/cache")
    #expect(get.status == 405)
    // The internal listener only reads.
    let context = [("X-Workspace-ID", workspace), ("X-User-ID", gateway.owner.userID)]
    #expect(try await gateway.inside.with(context).send("DELETE", "/api/v1/cache").status == 404)
  }

  // MARK: - tracegate cache

  @Test func showsAndDropsByCommand() async throws {
    let key = "alerts:recent:\(workspace):5:all"
    try await fill(key, "/api/v1/alerts/recent?limit=5")
    let stats = try await run("stats", "--workspace", workspace)
    #expect(stats.status == 0)
    #expect(stats.output.contains("\nalerts: "))
    #expect(stats.output.hasPrefix("generation: "))

    let value = try await run("get", key)
    #expect(value.output.hasPrefix(#"{"items":["#))
    #expect(value.output.contains(#""_tracegate":{"version":"#))
    #expect(value.errors.contains("tracegate: expires in "))

    let byPrefix = try await run("drop", "--workspace", workspace, "--prefix", "alerts:recent:\(workspace):5:")
    #expect(byPrefix.output == "1 key removed.\n")
    #expect(try await exists([key]) == ["0"])
    let gone = try await run("get", key)
    #expect(gone.status == 1)
    #expect(gone.errors == "tracegate: there is no value under '\(key)'\n")

    try await fill(key, "/api/v1/alerts/recent?limit=5")
    #expect(try await run("drop", "--workspace", workspace, "--field", "alerts").output.hasSuffix(" removed.\n"))
    #expect(try await exists([key]) == ["0"])
    try await fill(key, "/api/v1/alerts/recent?limit=5")
    #expect(try await run("drop", "--workspace", workspace).output.hasSuffix(" removed.\n"))
    #expect(try await exists([key]) == ["0"])

    let wrong = try await run("drop", "--workspace", workspace, "--field", "users")
    #expect(wrong.status == 1)
    #expect(
      wrong.errors.contains("no field 'users' is cached; there are home_kpis, alerts, activity, traces, trace")
    )
    #expect(try await run("stats").output.contains("redis_version: "))
  }

  // MARK: - /metrics

  @Test func tellsWhatItCountsOnTheInternalListener() async throws {
    let key = "alerts:recent:\(workspace):6:all"
    try await gateway.emptyCache()
    try await fill(key, "/api/v1/alerts/recent?limit=6")
    for _ in 0..<3 { _ = try await gateway.owner.client.get("/api/v1/alerts/recent?limit=6") }
    let answer = try await gateway.inside.get("/metrics")
    #expect(answer.status == 200)
    #expect(answer["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
    let samples = try PrometheusReader.samples(of: answer.text)
    let misses = try #require(samples[#"tracegate_field_misses_total{field="Query.alerts"}"#])
    #expect(misses >= 1)
    let memory = samples[#"tracegate_field_hits_total{field="Query.alerts",tier="memory"}"#] ?? 0
    let redis = samples[#"tracegate_field_hits_total{field="Query.alerts",tier="redis"}"#] ?? 0
    #expect(memory + redis >= 3)
    let ratio = try #require(samples[#"tracegate_field_hit_ratio{field="Query.alerts"}"#])
    #expect(abs(ratio - (memory + redis) / (memory + redis + misses)) < 1e-9)
    #expect(samples["tracegate_memory_tracking"] == 1)
    for name in [
      "tracegate_plan_hits_total", "tracegate_memory_bytes", "tracegate_cache_writes_total",
      #"tracegate_redis_round_trips_total{client="cache"}"#,
      #"tracegate_database_queries_total{pool="timescale"}"#,
      #"tracegate_field_memory_evictions_total{field="Query.traces"}"#,
    ] { #expect(samples[name] != nil, "\(name)") }
    // It says how much traffic there is: not for the public.
    #expect(try await gateway.anybody.get("/metrics").status == 404)
    #expect(try await gateway.owner.client.get("/metrics").status == 404)
  }

  // MARK: - Help

  private func fill(_ key: String, _ path: String, as account: GatewayUnderTest.Account? = nil) async throws {
    #expect(try await (account ?? gateway.owner).client.get(path).status == 200)
    try await gateway.waitUntilStored(key)
  }

  private func exists(_ keys: [String]) async throws -> [String] {
    var found: [String] = []
    for key in keys { found.append(try await gateway.redis.ask("EXISTS", key)) }
    return found
  }

  private func run(_ arguments: String...) async throws -> Program.Outcome {
    let redis = TestServers.redisURL ?? ""
    return try await Program(command, ["cache"] + arguments, environment: ["REDIS_URL": redis]).outcome()
  }
}

/// Reads Prometheus's text format as strictly as Prometheus does.
enum PrometheusReader {
  /// Values by name and labels.
  static func samples(of text: String) throws -> [String: Double] {
    var samples: [String: Double] = [:]
    var family = ""
    var families: Set<String> = []
    guard text.hasSuffix("\n") else { throw TestFailure("the last line has no end") }
    for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
      let words = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
      if line.hasPrefix("# HELP ") {
        family = words[2]
        guard families.insert(family).inserted else { throw TestFailure("\(family) comes twice") }
      } else if line.hasPrefix("# TYPE ") {
        guard words[2] == family, ["counter", "gauge"].contains(words[3]) else { throw TestFailure("\(line)") }
        guard words[3] != "counter" || family.hasSuffix("_total") else { throw TestFailure("\(family) is a counter") }
      } else {
        guard let space = line.lastIndex(of: " "), let value = Double(line[line.index(after: space)...]),
          line.prefix(while: { $0 != "{" && $0 != " " }) == family,
          samples.updateValue(value, forKey: String(line[..<space])) == nil
        else { throw TestFailure("no sample of \(family): \(line)") }
      }
    }
    return samples
  }
}
