import Glibc
import Server

/// What `tracegate dev` prints when it is ready: where it is, who to be, and a first query to paste.
struct DevGreeting: Sendable {
  let account: DevelopmentAccount
  let token: String
  let folder: DataFolder

  func say(port: Int, internalPort: Int) {
    print(
      """

      Tracegate is ready. Ctrl-C ends it and its servers; the data stays in \(folder.path).

        GraphQL    http://127.0.0.1:\(port)/graphql
        REST       http://127.0.0.1:\(port)/api/v1/metrics/home-kpis?range=24h
        Internal   http://127.0.0.1:\(internalPort) (X-Workspace-ID and X-User-ID instead of a token)
        Account    \(account.email), password \(account.password), workspace \(account.workspaceID)
        Token      \(token)
        Commands   in another shell: . \(ConnectionFile(folder).path), then tracegate load, retention, …

      The dashboard's query:

      \(command(port: port))

      """
    )
    // Standard output may be a file or a pipe, which would show this only at the end.
    fflush(nil)
  }

  private func command(port: Int) -> String {
    """
    curl -s http://127.0.0.1:\(port)/graphql \\
      -H 'Authorization: Bearer \(token)' \\
      -H 'Content-Type: application/json' \\
      -d '{"query":"\(Self.escaped(Self.query))","variables":{"range":"24h"}}'
    """
  }

  /// Inside a JSON string inside single quotes; the query has neither backslashes nor single quotes.
  private static func escaped(_ query: String) -> String {
    query.replacing("\"", with: "\\\"").replacing("\n", with: " ")
  }

  private static let query = """
    query Dashboard($range: TimeRange! = "24h") {
    homeKpis(range: $range) {
    totalRequests { value change changeLabel trend }
    avgLatencyMs { value change changeLabel trend }
    errorRate { value change changeLabel trend }
    totalCostUsd { value change changeLabel trend }
    avgQualityScore { value change changeLabel trend } }
    alerts(limit: 10) { total items { id title description severity metricValue createdAt } }
    activity(limit: 50) { total items { id traceId agentId action status timestamp
    metadata { latencyMs model costUsd } } }
    traces(range: $range, limit: 50) { total page pages items { traceId agentId status model modelProvider
    latencyMs tokensTotal costUsd timestamp } } }
    """
}
