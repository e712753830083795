import Cache
import Database
import HTTPTypes
import Hummingbird
import NIOCore
import Resolver

/// `GET /metrics` for Prometheus, on the internal listener alone (docs/metrics.md).
struct MetricsController: Sendable {
  let engine: QueryEngine
  let cache: FieldCache
  let fields: [SchemaBinding.CachedField]
  let servers: GatewayServers

  /// No round trip.
  @Sendable func metrics(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
    Response(
      status: .ok,
      headers: [.contentType: PrometheusText.mediaType, .cacheControl: "no-store"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: text()))
    )
  }

  private func text() -> String {
    var text = PrometheusText()
    text.metric(
      "tracegate_build_info",
      .gauge,
      "Always 1; the label says what runs.",
      [.init(1, ("version", GatewayVersion.current))]
    )
    let statistics = cache.statistics
    text.write(fields: engine.fieldStatistics)
    text.write(evictions: statistics.memory, of: fields)
    text.write(cache: statistics)
    var clients = [("cache", servers.redis.statistics)]
    if servers.streamRedis !== servers.redis { clients.append(("stream", servers.streamRedis.statistics)) }
    text.write(redis: clients)
    text.write(plans: engine.planStatistics)
    text.write(scans: engine.scanStatistics)
    text.write(pools: [
      ("timescale", servers.timescale.statistics), ("primary", servers.primary.statistics),
      ("postgres", servers.postgres.statistics),
    ])
    return text.text
  }
}
