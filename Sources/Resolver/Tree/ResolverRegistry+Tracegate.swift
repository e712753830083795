extension ResolverRegistry {
  /// The product's resolver tree: what `schema.graphql` says, bound to what computes it.
  /// - Parameter scanBudget: processor time of PostgreSQL that one field may spend where rollups do not know what is asked.
  public static func tracegate(scanBudget: Duration) -> ResolverRegistry {
    var registry = ResolverRegistry()
    registry.addRoots(scanBudget)
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

  private mutating func addRoots(_ scanBudget: Duration) {
    root("Query.homeKpis", HomeKpisResolver())
    root("Query.alerts", AlertsResolver())
    root("Query.activity", ActivityResolver())
    root("Query.traces", TracesResolver(scanBudget: scanBudget))
    root("Query.trace", TraceResolver())
    root("Query.metrics", MetricsResolver(scanBudget: scanBudget))
    root("Query.explainChange", ExplainChangeResolver(scanBudget: scanBudget))
    root("Query.agents", DimensionValuesResolver(.agent, scanBudget: scanBudget))
    root("Query.models", DimensionValuesResolver(.model, scanBudget: scanBudget))
    root("Query.tags", DimensionValuesResolver(.tag, scanBudget: scanBudget))
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
    properties(of: "Trace", "tags", "cursor")
    properties(of: "TraceList", "items", "total", "page", "limit", "pages", "pageInfo")
    properties(of: "PageInfo", "hasNextPage", "hasPreviousPage", "startCursor", "endCursor")
    properties(of: "Span", "spanId", "parentSpanId", "name", "kind", "start", "end", "latencyMs", "status", "model")
    properties(of: "Span", "tokensInput", "tokensOutput", "costUsd", "attributes")
    addMetricProperties()
  }

  private mutating func addMetricProperties() {
    properties(of: "Metrics", "asOf", "window", "interval", "timeZone", "computedFrom", "totals", "series", "groups")
    properties(of: "MetricGroup", "keys", "isOther", "totals", "series")
    properties(of: "MetricKey", "dimension", "value")
    properties(of: "MetricPoint", "from", "to", "values")
    for figure in MetricFigure.allCases { properties(of: "MetricValues", figure.rawValue) }
    properties(of: "ChangeExplanation", "asOf", "window", "previousWindow", "measure", "value", "previousValue")
    properties(of: "ChangeExplanation", "change", "items")
    properties(of: "ChangeContribution", "keys", "isOther", "value", "previousValue", "contribution")
    properties(of: "DimensionValueList", "items", "total")
    properties(of: "DimensionValue", "value", "requests")
  }
}
