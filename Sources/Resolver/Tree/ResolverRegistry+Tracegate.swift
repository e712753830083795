extension ResolverRegistry {
  /// The product's resolver tree: what `schema.graphql` says, bound to what computes it.
  public static var tracegate: ResolverRegistry {
    var registry = ResolverRegistry()
    registry.addRoots()
    registry.addMutations()
    registry.addProperties()
    registry.nested(
      of: "Trace",
      "input",
      "output",
      "error",
      "metadata",
      "userId",
      "sessionId",
      "spans",
      resolver: TraceFieldsLoader()
    )
    return registry
  }

  private mutating func addRoots() {
    root("Query.homeKpis", HomeKpisResolver())
    root("Query.alerts", AlertsResolver())
    root("Query.activity", ActivityResolver())
    root("Query.traces", TracesResolver())
    root("Query.trace", TraceResolver())
  }

  private mutating func addMutations() {
    mutation("Mutation.refresh", RefreshResolver())
    mutation("Mutation.acknowledgeAlert", AcknowledgeAlertResolver())
  }

  private mutating func addProperties() {
    properties(of: "Refresh", "refreshedAt")
    properties(of: "TimeWindow", "from", "to")
    properties(of: "Kpi", "value", "change", "changeLabel", "trend")
    properties(of: "MoneyKpi", "value", "change", "changeLabel", "trend")
    properties(of: "HomeKpis", "totalRequests", "avgLatencyMs", "errorRate", "totalCostUsd", "avgQualityScore")
    properties(of: "HomeKpis", "asOf", "window", "previousWindow")
    properties(of: "Alert", "id", "workspaceId", "title", "description", "severity", "metricValue", "createdAt")
    properties(of: "Alert", "acknowledgedAt")
    properties(of: "AlertList", "items", "total", "asOf")
    properties(of: "Activity", "id", "workspaceId", "traceId", "agentId", "action", "status", "timestamp", "metadata")
    properties(of: "ActivityMetadata", "latencyMs", "model", "costUsd")
    properties(of: "ActivityList", "items", "total")
    properties(of: "Trace", "traceId", "workspaceId", "agentId", "timestamp", "latencyMs", "status", "model")
    properties(of: "Trace", "modelProvider", "tokensInput", "tokensOutput", "tokensTotal", "costUsd", "qualityScore")
    properties(of: "Trace", "tags")
    properties(of: "TraceList", "items", "total", "page", "limit", "pages")
    properties(of: "Span", "spanId", "parentSpanId", "name", "kind", "start", "end", "latencyMs", "status", "model")
    properties(of: "Span", "tokensInput", "tokensOutput", "costUsd", "attributes")
  }
}
