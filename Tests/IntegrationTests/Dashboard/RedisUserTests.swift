import Foundation
import JSON
import TestSupport
import Testing

/// The Redis user that docs/caching.md describes is enough, command by command.
@Suite(.needsServers, .gateway, .serialized)
struct RedisUserTests {
  private let gateway: GatewayUnderTest

  init() throws {
    gateway = try GatewayUnderTest.required()
  }

  @Test func theDocumentedUserMayDoWhatIsNeeded() async throws {
    try await gateway.redis.ask(try documentedCommand())
    try await gateway.redis.ask("ACL", "LOG", "RESET")
    var url = try #require(URLComponents(string: gateway.redis.url))
    (url.user, url.password) = ("tracegate", "PASSWORD")
    let limited = try #require(url.string)
    try await gateway.withAnother(settings: ["REDIS_URL": limited, "STREAM_REDIS_URL": limited]) { another in
      let query =
        "{ alerts(limit: 21) { total } homeKpis { errorRate { value } } agents { total } trace(traceId: \"none\") { status } }"
      _ = try await another.client.graphQL(query)
      try await gateway.waitUntilStored("alerts:recent:\(gateway.owner.workspaceID):21:all")
      _ = try await another.client.graphQL(query)
      #expect(try await another.client.send("DELETE", "/api/v1/cache?field=alerts").status == 200)
      #expect(try await another.client.graphQL("mutation { refresh { refreshedAt } }").json["errors"] == nil)
      try await Patience.wait(for: "tracking") {
        let samples = try PrometheusReader.samples(of: try await another.inside.get("/metrics").text)
        return samples["tracegate_memory_tracking"] == 1 && (samples["tracegate_cache_redis_hits_total"] ?? 0) > 0
          ? true : nil
      }
      let samples = try PrometheusReader.samples(of: try await another.inside.get("/metrics").text)
      #expect(samples["tracegate_cache_read_failures_total"] == 0)
      #expect(samples["tracegate_cache_write_failures_total"] == 0)
      #expect(try await another.client.send("POST", "/api/v1/auth/logout").status == 204)
    }
    let refusals = try await gateway.redis.ask("ACL", "LOG")
    #expect(!refusals.contains("tracegate"), "\(refusals)")
  }

  /// The words of the command after `redis-cli`.
  private func documentedCommand() throws -> [String] {
    let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
      "../../../docs/caching.md"
    )
    let text = try String(contentsOf: page.standardizedFileURL, encoding: .utf8)
    let begin = try #require(text.range(of: "redis-cli ACL SETUSER"))
    let end = try #require(text.range(of: "```", range: begin.upperBound..<text.endIndex))
    let words = text[begin.lowerBound..<end.lowerBound].split { " \\\n".contains($0) }.dropFirst()
    return words.map { String($0.filter { $0 != "'" }) }
  }
}
