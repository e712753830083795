extension Migration {
  /// Traces and what hangs under them, the additive rollups, alerts and their rules (SPEC §5, DESIGN §4).
  ///
  /// - Identifiers sort bytewise (`COLLATE "C"`), so that keyset pages do not depend on the database's locale.
  /// - A unique key on a partitioned table must hold the partition key, so `trace_locator` is what makes
  ///   `(workspace_id, trace_id)` unique and lookup by id O(1).
  /// - Rollup columns are sums, so windows add and corrections are signed deltas. An absent model or provider is `''`
  ///   there, since a primary key admits no NULL. Buckets are UTC.
  /// - Rollups leave room in their pages: their updates touch no indexed column and then stay in place (HOT).
  static let telemetryTables = Migration(
    set: .telemetry,
    version: 1,
    name: "tables",
    sql: """
      CREATE TABLE traces (
        workspace_id uuid NOT NULL,
        trace_id text COLLATE "C" NOT NULL,
        agent_id text COLLATE "C" NOT NULL,
        "timestamp" timestamptz NOT NULL,
        latency_ms integer NOT NULL CHECK (latency_ms >= 0),
        status text COLLATE "C" NOT NULL CHECK (status IN ('success', 'error', 'timeout')),
        model text COLLATE "C",
        model_provider text COLLATE "C",
        tokens_input integer CHECK (tokens_input >= 0),
        tokens_output integer CHECK (tokens_output >= 0),
        tokens_total integer CHECK (tokens_total >= 0),
        cost_usd numeric CHECK (cost_usd >= 0 AND cost_usd < 'Infinity'),
        quality_score numeric CHECK (quality_score > '-Infinity' AND quality_score < 'Infinity'),
        tags text[] NOT NULL DEFAULT '{}',
        user_id text COLLATE "C",
        session_id text COLLATE "C",
        error text,
        metadata jsonb NOT NULL DEFAULT '{}',
        PRIMARY KEY (workspace_id, "timestamp", trace_id)
      ) PARTITION BY RANGE ("timestamp");

      CREATE TABLE trace_locator (
        workspace_id uuid NOT NULL,
        trace_id text COLLATE "C" NOT NULL,
        "timestamp" timestamptz NOT NULL,
        PRIMARY KEY (workspace_id, trace_id)
      );

      CREATE TABLE trace_io (
        workspace_id uuid NOT NULL,
        trace_id text COLLATE "C" NOT NULL,
        "timestamp" timestamptz NOT NULL,
        input text,
        output text,
        PRIMARY KEY (workspace_id, "timestamp", trace_id)
      ) PARTITION BY RANGE ("timestamp");

      CREATE TABLE spans (
        workspace_id uuid NOT NULL,
        trace_id text COLLATE "C" NOT NULL,
        "timestamp" timestamptz NOT NULL,
        span_id text COLLATE "C" NOT NULL,
        parent_span_id text COLLATE "C",
        name text NOT NULL,
        kind text COLLATE "C" NOT NULL,
        start_time timestamptz NOT NULL,
        end_time timestamptz,
        latency_ms integer CHECK (latency_ms >= 0),
        status text COLLATE "C",
        model text COLLATE "C",
        tokens_input integer CHECK (tokens_input >= 0),
        tokens_output integer CHECK (tokens_output >= 0),
        cost_usd numeric CHECK (cost_usd >= 0 AND cost_usd < 'Infinity'),
        attributes jsonb NOT NULL DEFAULT '{}',
        PRIMARY KEY (workspace_id, "timestamp", trace_id, span_id)
      ) PARTITION BY RANGE ("timestamp");
      COMMENT ON COLUMN spans."timestamp" IS 'of the trace, so that a trace''s spans lie in one partition';

      CREATE TABLE traces_hourly (
        workspace_id uuid NOT NULL,
        hour timestamptz NOT NULL,
        agent_id text COLLATE "C" NOT NULL,
        model text COLLATE "C" NOT NULL DEFAULT '',
        model_provider text COLLATE "C" NOT NULL DEFAULT '',
        status text COLLATE "C" NOT NULL,
        request_count bigint NOT NULL DEFAULT 0,
        error_count bigint NOT NULL DEFAULT 0,
        latency_ms_sum bigint NOT NULL DEFAULT 0,
        tokens_input_sum bigint NOT NULL DEFAULT 0,
        tokens_output_sum bigint NOT NULL DEFAULT 0,
        tokens_total_sum bigint NOT NULL DEFAULT 0,
        total_cost_usd numeric NOT NULL DEFAULT 0,
        quality_score_sum numeric NOT NULL DEFAULT 0,
        quality_score_count bigint NOT NULL DEFAULT 0,
        avg_latency_ms numeric GENERATED ALWAYS AS (latency_ms_sum::numeric / NULLIF(request_count, 0)) STORED,
        PRIMARY KEY (workspace_id, hour, agent_id, model, model_provider, status)
      ) WITH (fillfactor = 70);

      CREATE TABLE traces_daily (
        workspace_id uuid NOT NULL,
        day timestamptz NOT NULL,
        agent_id text COLLATE "C" NOT NULL,
        model text COLLATE "C" NOT NULL DEFAULT '',
        model_provider text COLLATE "C" NOT NULL DEFAULT '',
        status text COLLATE "C" NOT NULL,
        request_count bigint NOT NULL DEFAULT 0,
        error_count bigint NOT NULL DEFAULT 0,
        latency_ms_sum bigint NOT NULL DEFAULT 0,
        tokens_input_sum bigint NOT NULL DEFAULT 0,
        tokens_output_sum bigint NOT NULL DEFAULT 0,
        tokens_total_sum bigint NOT NULL DEFAULT 0,
        total_cost_usd numeric NOT NULL DEFAULT 0,
        quality_score_sum numeric NOT NULL DEFAULT 0,
        quality_score_count bigint NOT NULL DEFAULT 0,
        avg_latency_ms numeric GENERATED ALWAYS AS (latency_ms_sum::numeric / NULLIF(request_count, 0)) STORED,
        PRIMARY KEY (workspace_id, day, agent_id, model, model_provider, status)
      ) WITH (fillfactor = 70);

      CREATE TABLE alert_rules (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        workspace_id uuid NOT NULL,
        name text NOT NULL,
        metric text NOT NULL,
        window_seconds integer NOT NULL CHECK (window_seconds > 0),
        comparison text NOT NULL,
        threshold numeric NOT NULL,
        severity text COLLATE "C" NOT NULL CHECK (severity IN ('info', 'warning', 'critical')),
        minimum_sample integer NOT NULL DEFAULT 0 CHECK (minimum_sample >= 0),
        agent_id text COLLATE "C",
        model text COLLATE "C",
        enabled boolean NOT NULL DEFAULT true,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX alert_rules_by_workspace ON alert_rules (workspace_id, created_at, id);

      CREATE TABLE alerts (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        workspace_id uuid NOT NULL,
        rule_id uuid REFERENCES alert_rules (id) ON DELETE SET NULL,
        title text NOT NULL,
        description text NOT NULL DEFAULT '',
        severity text COLLATE "C" NOT NULL CHECK (severity IN ('info', 'warning', 'critical')),
        status text COLLATE "C" NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'resolved')),
        metric_value numeric,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        resolved_at timestamptz,
        acknowledged_at timestamptz,
        acknowledged_by uuid
      );
      CREATE INDEX alerts_recent ON alerts (workspace_id, created_at DESC, id);
      CREATE INDEX alerts_recent_by_severity ON alerts (workspace_id, severity, created_at DESC, id);
      CREATE INDEX alerts_by_rule ON alerts (rule_id) WHERE rule_id IS NOT NULL;
      """
  )
}
