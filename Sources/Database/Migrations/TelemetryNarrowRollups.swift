extension Migration {
  /// Rollups that tell less apart, so that a window costs the same whatever agents and models a workspace has: `…_totals` by status
  /// alone, `…_models` by model, provider and status (docs/decisions/0020).
  ///
  /// Each row is the sum of rows of the full rollup of that length, so they are made from those and compared with those, which
  /// are compared with the traces. There is no `traces_minutely_models`: at the minute there are about as many models as traces.
  static let telemetryNarrowRollups = Migration(
    set: .telemetry,
    version: 5,
    name: "narrow rollups",
    sql: """
      \(NarrowRollup.all.map(\.table).joined(separator: "\n"))

      CREATE FUNCTION make_narrow_trace_rollups(workspace uuid, lower timestamptz, upper timestamptz) RETURNS void
      LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan AS $$
      BEGIN
      \(NarrowRollup.all.map(\.making).joined(separator: "\n"))
      END
      $$;
      COMMENT ON FUNCTION make_narrow_trace_rollups(uuid, timestamptz, timestamptz) IS
        'Makes the rows of …_totals and …_models anew from the full rollups, for whole UTC days.';

      ALTER FUNCTION differing_trace_rollups(uuid, timestamptz, timestamptz) RENAME TO differing_full_trace_rollups;
      ALTER FUNCTION surplus_trace_rollups(uuid, timestamptz, timestamptz) RENAME TO surplus_full_trace_rollups;
      ALTER FUNCTION rebuild_trace_rollups(uuid, timestamptz, timestamptz) RENAME TO rebuild_full_trace_rollups;

      CREATE FUNCTION differing_narrow_trace_rollups(workspace uuid, lower timestamptz, upper timestamptz) RETURNS bigint
      LANGUAGE sql STABLE AS $$
        SELECT count(*) FROM (
          \(NarrowRollup.all.map(\.differing).joined(separator: "\nUNION ALL "))
        ) AS differing
      $$;
      CREATE FUNCTION differing_trace_rollups(workspace uuid, lower timestamptz, upper timestamptz) RETURNS bigint
      LANGUAGE sql STABLE AS $$
        SELECT differing_full_trace_rollups(workspace, lower, upper)
          + differing_narrow_trace_rollups(workspace, lower, upper)
      $$;
      COMMENT ON FUNCTION differing_trace_rollups(uuid, timestamptz, timestamptz) IS
        'How many rollup rows, of whole UTC days, are missing, wrong, or in …_totals and …_models too many.';
      CREATE FUNCTION surplus_trace_rollups(workspace uuid, lower timestamptz, upper timestamptz) RETURNS bigint
      LANGUAGE sql STABLE AS $$ SELECT surplus_full_trace_rollups(workspace, lower, upper) $$;
      COMMENT ON FUNCTION surplus_trace_rollups(uuid, timestamptz, timestamptz) IS
        'How many rows of the full rollups are there, of whole UTC days, for which there is no trace.';

      CREATE FUNCTION rebuild_trace_rollups(workspace uuid, lower timestamptz, upper timestamptz) RETURNS void
      LANGUAGE plpgsql AS $$
      BEGIN
        -- In the order of the writers, who wait here with what they add; what they have committed is seen below.
        LOCK TABLE traces_minutely, traces_minutely_totals, traces_hourly, traces_hourly_models, traces_hourly_totals,
          traces_daily, traces_daily_models, traces_daily_totals IN SHARE ROW EXCLUSIVE MODE;
        PERFORM rebuild_full_trace_rollups(workspace, lower, upper);
        PERFORM make_narrow_trace_rollups(workspace, lower, upper);
      END
      $$;
      COMMENT ON FUNCTION rebuild_trace_rollups(uuid, timestamptz, timestamptz) IS
        'Makes the rollups of whole UTC days anew from the traces. Writers wait meanwhile.';

      -- What is there already, while no writer is in the middle of a transaction.
      LOCK TABLE traces_minutely, traces_hourly, traces_daily IN SHARE ROW EXCLUSIVE MODE;
      DO $$
      DECLARE
        known record;
      BEGIN
        FOR known IN SELECT DISTINCT workspace_id, day FROM traces_daily ORDER BY 1, 2 LOOP
          PERFORM make_narrow_trace_rollups(known.workspace_id, known.day, known.day + interval '24 hours');
        END LOOP;
      END
      $$;
      """
  )
}

/// The SQL of one narrow rollup. Part of an applied migration: never edited afterwards.
private struct NarrowRollup {
  private let full: String
  private let name: String
  private let bucket: String
  private let keys: [String]
  private let hasHistograms: Bool

  static let all = [
    NarrowRollup("traces_minutely", "totals", "minute", keys: ["status"], hasHistograms: false),
    NarrowRollup("traces_hourly", "models", "hour", keys: ["model", "model_provider", "status"]),
    NarrowRollup("traces_hourly", "totals", "hour", keys: ["status"]),
    NarrowRollup("traces_daily", "models", "day", keys: ["model", "model_provider", "status"]),
    NarrowRollup("traces_daily", "totals", "day", keys: ["status"]),
  ]

  private init(_ full: String, _ suffix: String, _ bucket: String, keys: [String], hasHistograms: Bool = true) {
    self.full = full
    name = "\(full)_\(suffix)"
    self.bucket = bucket
    self.keys = keys
    self.hasHistograms = hasHistograms
  }

  private var sums: [(name: String, type: String)] {
    let histograms = [("latency_histogram", "numeric"), ("cost_histogram", "numeric")]
    return [
      ("request_count", "bigint"), ("error_count", "bigint"), ("latency_ms_sum", "bigint"), ("tokens_input_sum", "bigint"),
      ("tokens_output_sum", "bigint"), ("tokens_total_sum", "bigint"), ("total_cost_usd", "numeric"),
      ("quality_score_sum", "numeric"), ("quality_score_count", "bigint"),
    ] + (hasHistograms ? histograms : [])
  }

  var table: String {
    """
    CREATE TABLE \(name) (
      workspace_id uuid NOT NULL,
      \(bucket) timestamptz NOT NULL,
      \(keys.map { "\($0) text COLLATE \"C\" NOT NULL" }.joined(separator: ",\n  ")),
      \(sums.map { "\($0.name) \($0.type) NOT NULL DEFAULT 0" }.joined(separator: ",\n  ")),
      PRIMARY KEY (workspace_id, \(bucket), \(keys.joined(separator: ", ")))
    ) WITH (fillfactor = 70);
    """
  }

  private var place: String { "workspace_id = workspace AND \(bucket) >= lower AND \(bucket) < upper" }
  private var columns: String { ([bucket] + keys + sums.map(\.name)).joined(separator: ", ") }

  /// The rows as the full rollup has them. Sums of `bigint` are `numeric`.
  private var wanted: String {
    let values = sums.map { "sum(\($0.name))::\($0.type) AS \($0.name)" }
    let key = ([bucket] + keys).joined(separator: ", ")
    return "SELECT \(key), \(values.joined(separator: ", ")) FROM \(full) WHERE \(place) GROUP BY \(key)"
  }

  var making: String {
    """
    DELETE FROM \(name) WHERE \(place);
    INSERT INTO \(name) (workspace_id, \(columns))
      SELECT workspace, wanted.* FROM (\(wanted)) AS wanted;
    """
  }

  /// A row for each that is on one side only, or not the same on both.
  var differing: String {
    func values(_ side: String) -> String { sums.map { "\(side).\($0.name)" }.joined(separator: ", ") }
    return """
      SELECT 1 FROM (\(wanted)) AS wanted
      FULL JOIN (SELECT \(columns) FROM \(name) WHERE \(place)) AS found
        USING (\(([bucket] + keys).joined(separator: ", ")))
      WHERE (\(values("wanted"))) IS DISTINCT FROM (\(values("found")))
      """
  }
}
