import HTTPTypes
import Hummingbird
import JSON

/// `GET /health` (the process answers) and `GET /ready` (it can be sent requests).
struct HealthController: Sendable {
  let probe: ReadinessProbe

  /// No round trip.
  @Sendable func health(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
    var json = JSONWriter()
    json.beginObject()
    json.key("status")
    json.string("healthy")
    json.key("version")
    json.string(GatewayVersion.current)
    json.endObject()
    return Response(json: json.bytes)
  }

  /// 200 when requests can be answered, 503 otherwise; names PostgreSQL, Redis and the migrations either way.
  @Sendable func ready(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
    let report = await probe.report()
    return Response(status: report.isReady ? .ok : .serviceUnavailable, json: Self.body(of: report))
  }

  static func body(of report: ReadinessProbe.Report) -> [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    json.key("status")
    json.string(report.isReady ? (report.redis == .ok ? "ready" : "degraded") : "unavailable")
    json.key("checks")
    json.beginObject()
    for (name, finding) in report.named {
      json.key(name)
      json.string(finding.rawValue)
    }
    json.endObject()
    json.endObject()
    return json.bytes
  }
}
