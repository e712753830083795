/// The dashboard's one batched query, and the rest of the root fields.
enum DashboardQuery {
  /// SPEC appendix B, word for word.
  static let document = """
    query Dashboard($range: TimeRange! = "24h") {
      homeKpis(range: $range) {
        totalRequests { value change changeLabel trend }
        avgLatencyMs { value change changeLabel trend }
        errorRate { value change changeLabel trend }
        totalCostUsd { value change changeLabel trend }
        avgQualityScore { value change changeLabel trend }
      }
      alerts(limit: 10) { total items { id title description severity metricValue createdAt } }
      activity(limit: 50) { total items { id traceId agentId action status timestamp metadata { latencyMs model costUsd } } }
      traces(range: $range, limit: 50) { total page pages items { traceId agentId status model modelProvider latencyMs tokensTotal costUsd timestamp } }
    }
    """

  /// All five root fields.
  static let allFields = """
    query Everything($trace: String!) {
      homeKpis(range: "7d") { totalRequests { value } totalCostUsd { value } asOf }
      alerts(limit: 5, severity: critical) { total items { title } }
      activity(limit: 7) { total items { traceId } }
      traces(range: "30d", status: error, limit: 3) { total items { traceId } }
      trace(traceId: $trace) { traceId input spans { name attributes } }
    }
    """

  static func variables(trace: String) -> String {
    #"{"trace":"\#(trace)"}"#
  }
}
