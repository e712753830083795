extension Migration {
  /// Rollups by the minute, histograms of latency and cost, and a bound on how many rows a bucket can have.
  ///
  /// - A histogram is one `numeric`: twelve decimal digits for each bucket, bucket 0 last. So `sum` merges histograms as
  ///   fast as PostgreSQL adds numbers, and a signed delta takes away what it added. Bucket bounds are whole numbers,
  ///   each 2 % above the one before (`HistogramScale`), the same here and there to the last digit.
  /// - `trace_dimensions` holds the combinations of agent, model and provider that have rows of their own, at most
  ///   `limit` for a workspace. What comes later goes into the row `(other)` of all three, and the workspace into
  ///   `trace_dimension_overflows`: then rollups cannot tell by agent, model or provider, and traces are read instead.
  /// - `trace_rollup_rows` is what a rollup should hold, from the traces alone; `differing_trace_rollups` compares, and
  ///   `rebuild_trace_rollups` repairs.
  static let telemetryRollups = Migration(
    set: .telemetry,
    version: 4,
    name: "rollups",
    sql: """
      DO $$
      BEGIN
        -- Whole numbers from 1, each the first that lies more than 2 % above the one before, to 10^15.
        EXECUTE format($f$
          CREATE FUNCTION histogram_unit(value bigint) RETURNS numeric
          LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $b$
            SELECT ('1e' || (12 * width_bucket($1, %L::bigint[]))::text)::numeric
          $b$ $f$, (
          WITH RECURSIVE bound (at) AS (
            SELECT 1::bigint UNION ALL SELECT at * 102 / 100 + 1 FROM bound WHERE at < 1000000000000000
          ) SELECT array_agg(at ORDER BY at) FROM bound));
      END
      $$;
      COMMENT ON FUNCTION histogram_unit(bigint) IS 'A histogram that holds one value, not negative; NULL for NULL.';
      CREATE FUNCTION nano_dollars(cost numeric) RETURNS bigint
      LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        -- LEAST alone would take the bound for NULL.
        SELECT CASE WHEN $1 IS NOT NULL THEN LEAST(ceil($1 * 1000000000), 1000000000000000)::bigint END
      $$;

      ALTER TABLE traces_hourly
        ADD COLUMN latency_histogram numeric NOT NULL DEFAULT 0, ADD COLUMN cost_histogram numeric NOT NULL DEFAULT 0;
      ALTER TABLE traces_daily
        ADD COLUMN latency_histogram numeric NOT NULL DEFAULT 0, ADD COLUMN cost_histogram numeric NOT NULL DEFAULT 0;

      CREATE TABLE traces_minutely (
        workspace_id uuid NOT NULL,
        minute timestamptz NOT NULL,
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
        PRIMARY KEY (workspace_id, minute, agent_id, model, model_provider, status)
      );
      COMMENT ON TABLE traces_minutely IS 'Sums only: percentiles of less than an hour are read from the traces.';

      CREATE TABLE trace_dimensions (
        workspace_id uuid NOT NULL,
        agent_id text COLLATE "C" NOT NULL,
        model text COLLATE "C" NOT NULL,
        model_provider text COLLATE "C" NOT NULL,
        PRIMARY KEY (workspace_id, agent_id, model, model_provider)
      );
      COMMENT ON TABLE trace_dimensions IS 'Combinations that have rollup rows of their own; the others share (other).';
      CREATE TABLE trace_dimension_overflows (workspace_id uuid PRIMARY KEY);

      CREATE FUNCTION admit_trace_dimensions(
        workspace uuid, agents text[], models text[], providers text[], "limit" integer
      ) RETURNS SETOF bigint
      LANGUAGE plpgsql AS $$
      DECLARE
        free bigint;
      BEGIN
        IF EXISTS (
          SELECT FROM unnest(agents, models, providers) AS o (a, m, p)
          WHERE NOT EXISTS (
            SELECT FROM trace_dimensions AS d
            WHERE d.workspace_id = workspace AND d.agent_id = o.a AND d.model = o.m AND d.model_provider = o.p)
        ) THEN
          -- One at a time for a workspace, so that the bound holds. Released with the transaction.
          PERFORM pg_advisory_xact_lock(831746511 # hashtext(workspace::text));
          free := "limit" - (SELECT count(*) FROM trace_dimensions AS d WHERE d.workspace_id = workspace);
          INSERT INTO trace_dimensions
            SELECT workspace, o.a, o.m, o.p FROM unnest(agents, models, providers) AS o (a, m, p)
            WHERE NOT EXISTS (
              SELECT FROM trace_dimensions AS d
              WHERE d.workspace_id = workspace AND d.agent_id = o.a AND d.model = o.m AND d.model_provider = o.p)
            ORDER BY o.a, o.m, o.p LIMIT GREATEST(free, 0)
          ON CONFLICT DO NOTHING;
        END IF;
        RETURN QUERY
          SELECT o.position FROM unnest(agents, models, providers) WITH ORDINALITY AS o (a, m, p, position)
          WHERE EXISTS (
            SELECT FROM trace_dimensions AS d
            WHERE d.workspace_id = workspace AND d.agent_id = o.a AND d.model = o.m AND d.model_provider = o.p);
        GET DIAGNOSTICS free = ROW_COUNT;
        IF free < cardinality(agents) THEN
          INSERT INTO trace_dimension_overflows VALUES (workspace) ON CONFLICT DO NOTHING;
        END IF;
      END
      $$;
      COMMENT ON FUNCTION admit_trace_dimensions(uuid, text[], text[], text[], integer) IS
        'Positions, from 1, of the combinations that have rows of their own; takes in new ones as long as there is room.';

      CREATE FUNCTION trace_rollup_rows(workspace uuid, unit text, lower timestamptz, upper timestamptz)
      RETURNS TABLE (
        bucket timestamptz, agent_id text, model text, model_provider text, status text,
        request_count bigint, error_count bigint, latency_ms_sum bigint, tokens_input_sum bigint,
        tokens_output_sum bigint, tokens_total_sum bigint, total_cost_usd numeric, quality_score_sum numeric,
        quality_score_count bigint, latency_histogram numeric, cost_histogram numeric
      )
      LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan AS $$
      BEGIN
        RETURN QUERY
          SELECT date_trunc(unit, t."timestamp", 'UTC') AS at,
            CASE WHEN d.agent_id IS NULL THEN '(other)' ELSE t.agent_id END COLLATE "C" AS agent,
            CASE WHEN d.agent_id IS NULL THEN '(other)' ELSE COALESCE(t.model, '') END COLLATE "C" AS name,
            CASE WHEN d.agent_id IS NULL THEN '(other)' ELSE COALESCE(t.model_provider, '') END COLLATE "C" AS provider,
            t.status,
            count(*), count(*) FILTER (WHERE t.status <> 'success'), sum(t.latency_ms),
            COALESCE(sum(t.tokens_input), 0), COALESCE(sum(t.tokens_output), 0), COALESCE(sum(t.tokens_total), 0),
            COALESCE(sum(t.cost_usd), 0), COALESCE(sum(t.quality_score), 0), count(t.quality_score),
            sum(histogram_unit(t.latency_ms)), COALESCE(sum(histogram_unit(nano_dollars(t.cost_usd))), 0)
          FROM traces AS t
          LEFT JOIN trace_dimensions AS d ON d.workspace_id = t.workspace_id AND d.agent_id = t.agent_id
            AND d.model = COALESCE(t.model, '') AND d.model_provider = COALESCE(t.model_provider, '')
          WHERE t.workspace_id = workspace AND t."timestamp" >= lower AND t."timestamp" < upper
          GROUP BY at, agent, name, provider, t.status;
      END
      $$;
      COMMENT ON FUNCTION trace_rollup_rows(uuid, text, timestamptz, timestamptz) IS
        'What the rollup of that unit (minute, hour, day) should hold for whole buckets, from the traces alone.';

      CREATE FUNCTION differing_trace_rollups(workspace uuid, lower timestamptz, upper timestamptz) RETURNS bigint
      LANGUAGE sql STABLE AS $$
        SELECT count(*) FROM (
          (SELECT 'minute', r.bucket, r.agent_id, r.model, r.model_provider, r.status, r.request_count, r.error_count,
              r.latency_ms_sum, r.tokens_input_sum, r.tokens_output_sum, r.tokens_total_sum, r.total_cost_usd,
              r.quality_score_sum, r.quality_score_count, 0::numeric, 0::numeric
            FROM trace_rollup_rows(workspace, 'minute', lower, upper) AS r
            UNION ALL SELECT 'hour', r.* FROM trace_rollup_rows(workspace, 'hour', lower, upper) AS r
            UNION ALL SELECT 'day', r.* FROM trace_rollup_rows(workspace, 'day', lower, upper) AS r)
          EXCEPT
          (SELECT 'minute', minute, agent_id, model, model_provider, status, request_count, error_count, latency_ms_sum,
              tokens_input_sum, tokens_output_sum, tokens_total_sum, total_cost_usd, quality_score_sum,
              quality_score_count, 0, 0
            FROM traces_minutely WHERE workspace_id = workspace AND minute >= lower AND minute < upper
            UNION ALL SELECT 'hour', hour, agent_id, model, model_provider, status, request_count, error_count,
              latency_ms_sum, tokens_input_sum, tokens_output_sum, tokens_total_sum, total_cost_usd, quality_score_sum,
              quality_score_count, latency_histogram, cost_histogram
            FROM traces_hourly WHERE workspace_id = workspace AND hour >= lower AND hour < upper
            UNION ALL SELECT 'day', day, agent_id, model, model_provider, status, request_count, error_count,
              latency_ms_sum, tokens_input_sum, tokens_output_sum, tokens_total_sum, total_cost_usd, quality_score_sum,
              quality_score_count, latency_histogram, cost_histogram
            FROM traces_daily WHERE workspace_id = workspace AND day >= lower AND day < upper)
        ) AS missing
      $$;
      COMMENT ON FUNCTION differing_trace_rollups(uuid, timestamptz, timestamptz) IS
        'How many rollup rows should be there, of whole UTC days, and are not, or hold something else.';

      CREATE FUNCTION surplus_trace_rollups(workspace uuid, lower timestamptz, upper timestamptz) RETURNS bigint
      LANGUAGE sql STABLE AS $$
        SELECT (SELECT count(*) FROM traces_minutely AS r WHERE workspace_id = workspace AND minute >= lower
            AND minute < upper AND NOT EXISTS (SELECT FROM trace_rollup_rows(workspace, 'minute', lower, upper) AS x
              WHERE (x.bucket, x.agent_id, x.model, x.model_provider, x.status)
                = (r.minute, r.agent_id, r.model, r.model_provider, r.status)))
          + (SELECT count(*) FROM traces_hourly AS r WHERE workspace_id = workspace AND hour >= lower
            AND hour < upper AND NOT EXISTS (SELECT FROM trace_rollup_rows(workspace, 'hour', lower, upper) AS x
              WHERE (x.bucket, x.agent_id, x.model, x.model_provider, x.status)
                = (r.hour, r.agent_id, r.model, r.model_provider, r.status)))
          + (SELECT count(*) FROM traces_daily AS r WHERE workspace_id = workspace AND day >= lower
            AND day < upper AND NOT EXISTS (SELECT FROM trace_rollup_rows(workspace, 'day', lower, upper) AS x
              WHERE (x.bucket, x.agent_id, x.model, x.model_provider, x.status)
                = (r.day, r.agent_id, r.model, r.model_provider, r.status)))
      $$;
      COMMENT ON FUNCTION surplus_trace_rollups(uuid, timestamptz, timestamptz) IS
        'How many rollup rows are there, of whole UTC days, for which there is no trace.';

      CREATE FUNCTION rebuild_trace_rollups(workspace uuid, lower timestamptz, upper timestamptz) RETURNS void
      LANGUAGE plpgsql AS $$
      BEGIN
        -- In the order of the writers, who wait here with what they add; what they have committed is seen below.
        LOCK TABLE traces_minutely, traces_hourly, traces_daily IN SHARE ROW EXCLUSIVE MODE;
        DELETE FROM traces_minutely WHERE workspace_id = workspace AND minute >= lower AND minute < upper;
        INSERT INTO traces_minutely
          SELECT workspace, r.bucket, r.agent_id, r.model, r.model_provider, r.status, r.request_count, r.error_count,
            r.latency_ms_sum, r.tokens_input_sum, r.tokens_output_sum, r.tokens_total_sum, r.total_cost_usd,
            r.quality_score_sum, r.quality_score_count
          FROM trace_rollup_rows(workspace, 'minute', lower, upper) AS r;
        DELETE FROM traces_hourly WHERE workspace_id = workspace AND hour >= lower AND hour < upper;
        INSERT INTO traces_hourly (workspace_id, hour, agent_id, model, model_provider, status, request_count,
            error_count, latency_ms_sum, tokens_input_sum, tokens_output_sum, tokens_total_sum, total_cost_usd,
            quality_score_sum, quality_score_count, latency_histogram, cost_histogram)
          SELECT workspace, r.* FROM trace_rollup_rows(workspace, 'hour', lower, upper) AS r;
        DELETE FROM traces_daily WHERE workspace_id = workspace AND day >= lower AND day < upper;
        INSERT INTO traces_daily (workspace_id, day, agent_id, model, model_provider, status, request_count,
            error_count, latency_ms_sum, tokens_input_sum, tokens_output_sum, tokens_total_sum, total_cost_usd,
            quality_score_sum, quality_score_count, latency_histogram, cost_histogram)
          SELECT workspace, r.* FROM trace_rollup_rows(workspace, 'day', lower, upper) AS r;
      END
      $$;
      COMMENT ON FUNCTION rebuild_trace_rollups(uuid, timestamptz, timestamptz) IS
        'Makes the rollups of whole UTC days anew from the traces. Writers wait meanwhile.';

      CREATE FUNCTION is_time_zone(name text) RETURNS boolean
      LANGUAGE plpgsql STABLE AS $$
      BEGIN
        PERFORM now() AT TIME ZONE name;
        RETURN true;
      EXCEPTION WHEN invalid_parameter_value THEN
        RETURN false;
      END
      $$;

      -- What is there already.
      INSERT INTO trace_dimensions SELECT DISTINCT workspace_id, agent_id, model, model_provider FROM traces_daily;
      DO $$
      DECLARE
        known record;
      BEGIN
        FOR known IN SELECT DISTINCT workspace_id, day FROM traces_daily ORDER BY 1, 2 LOOP
          PERFORM rebuild_trace_rollups(known.workspace_id, known.day, known.day + interval '24 hours');
        END LOOP;
      END
      $$;
      """
  )
}
