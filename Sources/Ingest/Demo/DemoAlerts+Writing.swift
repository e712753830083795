internal import Database

extension DemoAlerts {
  /// Writes rules and alerts that are not there yet. Two round trips.
  /// - Returns: how many alerts were new.
  func insert(into pool: ConnectionPool, workspace: UUIDBytes) async throws -> Int {
    try await pool.withConnection { connection in
      try await connection.transaction {
        _ = try await connection.query(insertRules(workspace))
        return try await connection.query(insertAlerts(workspace)).affectedRows
      }
    }
  }

  private func insertRules(_ workspace: UUIDBytes) -> SQLQuery {
    func texts(_ value: (Rule) -> String) -> SQLParameter { .textArray(rules.map(value)) }
    return SQLQuery(
      SQLStatement(
        "insert_alert_rules",
        """
        INSERT INTO alert_rules
          (workspace_id, id, name, metric, window_seconds, comparison, threshold, severity, minimum_sample, enabled)
        SELECT $1::uuid, *, true FROM unnest(
          $2::uuid[], $3::text[], $4::text[], $5::integer[], $6::text[], $7::numeric[], $8::text[], $9::integer[])
        ON CONFLICT (id) DO NOTHING
        """
      ),
      [
        .text(workspace.description), texts(\.id.description), texts(\.rule.name), texts(\.rule.metric.rawValue),
        texts { String($0.rule.windowSeconds) }, texts(\.rule.comparison.rawValue), texts(\.rule.threshold.description),
        texts(\.rule.severity.rawValue), texts { String($0.rule.minimumSample) },
      ]
    )
  }

  private func insertAlerts(_ workspace: UUIDBytes) -> SQLQuery {
    func texts(_ value: (Alert) -> String) -> SQLParameter { .textArray(alerts.map(value)) }
    return SQLQuery(
      SQLStatement(
        "insert_alerts",
        """
        INSERT INTO alerts
          (workspace_id, id, rule_id, title, description, severity, metric_value,
           created_at, updated_at, resolved_at, status)
        SELECT $1::uuid, id, rule, title, description, severity, value,
          opened, updated, nullif(resolved, '')::timestamptz, CASE resolved WHEN '' THEN 'open' ELSE 'resolved' END
        FROM unnest(
          $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::numeric[],
          $8::timestamptz[], $9::timestamptz[], $10::text[])
          AS raised (id, rule, title, description, severity, value, opened, updated, resolved)
        ON CONFLICT (id) DO NOTHING
        """
      ),
      [
        .text(workspace.description), texts(\.id.description), texts(\.ruleID.description), texts(\.title),
        texts(\.description),
        texts(\.severity.rawValue), texts(\.value.description), texts(\.opened.description),
        texts(\.updated.description),
        texts { $0.resolved?.description ?? "" },
      ]
    )
  }
}
