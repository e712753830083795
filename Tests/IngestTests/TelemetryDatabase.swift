import Database
import Ingest
import Logging
import TestSupport
import Testing

/// A database of a test's own with the telemetry schema; dropped in the end.
struct TelemetryDatabase: Sendable {
  let pool: ConnectionPool

  static let absence: Comment = "needs TRACEGATE_TEST_PG_URL; scripts/test sets it"

  /// - Parameter migrations: what the database has when `body` begins.
  static func with<R>(
    _ migrations: [Migration] = Migration.telemetry,
    _ body: (TelemetryDatabase) async throws -> R
  ) async throws -> R {
    let server = try #require(TestServers.postgresURL)
    let name = "tg_ingest_\(UInt64.random(in: .min ... .max))"
    try await withPool(server) { pool in
      _ = try await pool.withConnection { try await $0.execute("CREATE DATABASE \(name)") }
    }
    let result: Result<R, any Error>
    do {
      result = .success(
        try await withPool(url(server, database: name)) { pool in
          try await Migrator(logger: silent).migrate(pool, migrations)
          return try await body(TelemetryDatabase(pool: pool))
        }
      )
    } catch {
      result = .failure(error)
    }
    try await withPool(server) { pool in
      _ = try await pool.withConnection { try await $0.execute("DROP DATABASE \(name) WITH (FORCE)") }
    }
    return try result.get()
  }

  private static func withPool<R>(_ url: String, _ body: (ConnectionPool) async throws -> R) async throws -> R {
    let configuration = PoolConfiguration(
      url: url,
      name: "test",
      minimum: 0,
      maximum: 8,
      statementTimeout: .seconds(60)
    )
    let pool = ConnectionPool(configuration: configuration, logger: silent)
    defer { pool.shutDown() }
    return try await body(pool)
  }

  private static func url(_ url: String, database: String) -> String {
    guard url.contains("://") else { return url + " dbname=\(database)" }
    return url + (url.contains("?") ? "&" : "?") + "dbname=\(database)"
  }

  static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

  // MARK: Questions

  /// All cells of the first column as text.
  func column(_ sql: String) async throws -> [String] {
    try await pool.withConnection { connection in
      guard let result = try await connection.execute(sql) else { return [] }
      return (0..<result.rowCount).map { result.string($0, 0) ?? "null" }
    }
  }

  func count(of table: String) async throws -> Int {
    Int(try await column("SELECT count(*) FROM \(table)").first ?? "") ?? -1
  }

  /// How many rows each table holds: traces, locators, texts, spans, hours, days.
  func counts() async throws -> [Int] {
    var counts: [Int] = []
    for table in ["traces", "trace_locator", "trace_io", "spans", "traces_hourly", "traces_daily"] {
      counts.append(try await count(of: table))
    }
    return counts
  }

  /// Everything the tables hold, in a number for each.
  func fingerprint() async throws -> [String] {
    try await column(
      [
        "traces", "trace_locator", "trace_io", "spans", "traces_minutely", "traces_minutely_totals", "traces_hourly",
        "traces_hourly_models", "traces_hourly_totals", "traces_daily", "traces_daily_models", "traces_daily_totals", "alerts",
        "alert_rules",
      ].map {
        "SELECT '\($0) ' || md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) FROM \($0) t"
      }.joined(separator: " UNION ALL ") + " ORDER BY 1"
    )
  }

  /// Rows by which a rollup differs from what the raw rows give, found by a query that shares nothing with the writer.
  /// - Parameter keys: what the table tells apart, besides the status.
  func rollupDifferences(
    _ table: String,
    bucket: String,
    keys: [String] = ["agent_id", "model", "model_provider"]
  ) async throws -> [String] {
    let raw = """
      SELECT date_trunc('\(bucket)', "timestamp" AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS bucket, workspace_id,
        \(keys.map { "coalesce(\($0), '')," }.joined(separator: " ")) status,
        count(*) AS requests, count(*) FILTER (WHERE status <> 'success') AS errors, sum(latency_ms) AS latency,
        coalesce(sum(tokens_input), 0) AS tokens_in, coalesce(sum(tokens_output), 0) AS tokens_out,
        coalesce(sum(tokens_total), 0) AS tokens, coalesce(sum(cost_usd), 0) AS cost,
        coalesce(sum(quality_score), 0) AS quality, count(quality_score) AS scored
      FROM traces GROUP BY \((1...keys.count + 3).map(String.init).joined(separator: ", "))
      """
    let rolled = """
      SELECT \(bucket) AS bucket, workspace_id, \((keys + ["status"]).joined(separator: ", ")),
        request_count, error_count, latency_ms_sum,
        tokens_input_sum, tokens_output_sum, tokens_total_sum, total_cost_usd, quality_score_sum, quality_score_count
      FROM \(table)
      """
    return try await column(
      "SELECT d::text FROM ((\(raw)) EXCEPT ALL (\(rolled))) d UNION ALL "
        + "SELECT d::text FROM ((\(rolled)) EXCEPT ALL (\(raw))) d"
    )
  }

  /// Histograms of a rollup that differ from what its raw rows give. Buckets are counted here with a loop over their
  /// bounds.
  func histogramDifferences(_ table: String, bucket: String) async throws -> [String] {
    try await column(
      """
      WITH RECURSIVE bound (number, low) AS (
        SELECT 1, 1::bigint UNION ALL SELECT number + 1, low * 102 / 100 + 1 FROM bound WHERE low < 1000000000000000
      ), value AS (
        SELECT workspace_id, date_trunc('\(bucket)', "timestamp", 'UTC') AS bucket, agent_id, coalesce(model, '') AS model,
          coalesce(model_provider, '') AS provider, status,
          (SELECT coalesce(max(number), 0) FROM bound WHERE low <= latency_ms) AS latency,
          (SELECT coalesce(max(number), 0) FROM bound WHERE low <= ceil(cost_usd * 1000000000)) AS cost,
          cost_usd IS NOT NULL AS costs
        FROM traces
      ), raw AS (
        SELECT workspace_id, bucket, agent_id, model, provider, status, sum(10::numeric ^ (12 * latency)) AS latencies,
          coalesce(sum(10::numeric ^ (12 * cost)) FILTER (WHERE costs), 0) AS costs
        FROM value GROUP BY 1, 2, 3, 4, 5, 6
      )
      SELECT raw::text FROM raw LEFT JOIN \(table) AS rolled ON rolled.workspace_id = raw.workspace_id
        AND rolled.\(bucket) = raw.bucket AND rolled.agent_id = raw.agent_id AND rolled.model = raw.model
        AND rolled.model_provider = raw.provider AND rolled.status = raw.status
      WHERE trunc(raw.latencies) IS DISTINCT FROM rolled.latency_histogram
        OR trunc(raw.costs) IS DISTINCT FROM rolled.cost_histogram
      """
    )
  }

  func rollupDifferences() async throws -> [String] {
    var differences: [String] = []
    for (table, bucket) in [("traces_minutely", "minute"), ("traces_hourly", "hour"), ("traces_daily", "day")] {
      differences += try await rollupDifferences(table, bucket: bucket)
      differences += try await rollupDifferences(table + "_totals", bucket: bucket, keys: [])
      guard bucket != "minute" else { continue }
      differences += try await rollupDifferences(table + "_models", bucket: bucket, keys: ["model", "model_provider"])
      for (narrow, keys) in [("_totals", "status"), ("_models", "model, model_provider, status")] {
        differences += try await narrowHistogramDifferences(table, bucket: bucket, narrow: table + narrow, keys: keys)
      }
    }
    return differences
  }

  /// Histograms of a narrow rollup that are not the sum of those of the full one.
  private func narrowHistogramDifferences(
    _ full: String,
    bucket: String,
    narrow: String,
    keys: String
  ) async throws -> [String] {
    let key = "workspace_id, \(bucket), \(keys)"
    return try await column(
      """
      SELECT d::text FROM (
        (SELECT \(key), sum(latency_histogram), sum(cost_histogram) FROM \(full) GROUP BY \(key))
        EXCEPT ALL (SELECT \(key), latency_histogram, cost_histogram FROM \(narrow))
      ) AS d
      """
    )
  }

  /// What the schema's own functions say: rows that are missing or wrong, and rows for which there is no trace.
  func differencesByFunction() async throws -> [String] {
    try await column(
      """
      SELECT (sum(differing_trace_rollups(workspace_id, day, day + interval '24 hours'))
        + sum(surplus_trace_rollups(workspace_id, day, day + interval '24 hours')))::text
      FROM (SELECT DISTINCT workspace_id, date_trunc('day', "timestamp", 'UTC') AS day FROM traces) AS days
      """
    )
  }
}
