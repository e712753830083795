import TestSupport

/// What a gateway says of its Redis client, at `/metrics`.
struct RedisCounts: Sendable {
  let timeouts: Int
  let refusals: Int

  init(_ gateway: GatewayUnderTest) async throws {
    let samples = try PrometheusReader.samples(of: try await gateway.inside.get("/metrics").text)
    func count(_ name: String) -> Int { Int(samples["tracegate_redis_\(name)_total{client=\"cache\"}"] ?? -1) }
    timeouts = count("timeouts")
    refusals = count("refusals")
  }
}
