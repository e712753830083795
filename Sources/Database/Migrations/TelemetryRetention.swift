extension Migration {
  /// Letting go of old traces, day by day (SPEC §5).
  ///
  /// - `trace_partitioning.kept_from` is the horizon: what lies before it is gone, or will be. It is moved first, in a
  ///   transaction of its own, and never back. No trace before it is taken any more: its locator is gone, so a trace sent
  ///   once more would be counted once more.
  /// - A day goes with its locators and minutes in one transaction. Hours and days stay, so figures of long ranges stay what
  ///   they were; so a day before the horizon must not be rebuilt, for which `rebuild_kept_trace_rollups` and the horizon
  ///   share a lock.
  static let telemetryRetention = Migration(
    set: .telemetry,
    version: 7,
    name: "retention",
    sql: """
      ALTER TABLE trace_partitioning ADD COLUMN kept_from timestamptz NOT NULL DEFAULT '-infinity';
      COMMENT ON COLUMN trace_partitioning.kept_from IS
        'UTC midnight. Traces before it have been let go of, with their locators and minutes; their hours and days stay';

      CREATE OR REPLACE FUNCTION ensure_trace_partitions(days date[]) RETURNS integer
      LANGUAGE sql AS $$
        SELECT CASE WHEN traces_are_partitioned() THEN make_trace_partitions(ARRAY(
          SELECT day FROM unnest(days) AS day
          WHERE day >= (SELECT kept_from AT TIME ZONE 'UTC' FROM trace_partitioning)::date)) ELSE 0 END
      $$;
      COMMENT ON FUNCTION ensure_trace_partitions(date[]) IS
        'Makes the daily partitions that are missing of what is kept; returns how many tables. Hypertables need none.';

      CREATE OR REPLACE FUNCTION make_trace_partitions(days date[]) RETURNS integer
      LANGUAGE plpgsql AS $$
      DECLARE
        history date := (SELECT history_before FROM trace_partitioning);
        wanted date[] := (
          SELECT array_agg(DISTINCT day ORDER BY day)
          FROM unnest(days) AS day
          WHERE day >= history AND to_regclass('spans_p' || to_char(day, 'YYYYMMDD')) IS NULL
        );
        new_day date;
        parent text;
        child text;
        created integer := 0;
      BEGIN
        IF wanted IS NULL THEN
          RETURN 0;
        END IF;
        IF cardinality(wanted) > 1000 THEN
          RAISE EXCEPTION 'ensure_trace_partitions: % days asked for, at most 1000 at once', cardinality(wanted)
            USING ERRCODE = 'program_limit_exceeded';
        END IF;
        -- One maker at a time; the others wait here and then find the tables made. Released with the transaction.
        PERFORM pg_advisory_xact_lock(831746511, 2);
        FOREACH new_day IN ARRAY wanted LOOP
          FOREACH parent IN ARRAY ARRAY['traces', 'trace_io', 'spans'] LOOP
            child := parent || '_p' || to_char(new_day, 'YYYYMMDD');
            -- Not to_regclass: what it has not found above it may still not find, since an advisory lock, unlike that of
            -- a table, does not make a session hear of what others have made.
            CONTINUE WHEN EXISTS (SELECT FROM pg_inherits JOIN pg_class AS c ON c.oid = inhrelid
              WHERE inhparent = parent::regclass AND c.relname = child);
            EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', child, parent);
            EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, child,
              to_char(new_day, 'YYYY-MM-DD') || ' 00:00:00+00', to_char(new_day + 1, 'YYYY-MM-DD') || ' 00:00:00+00');
            created := created + 1;
          END LOOP;
        END LOOP;
        RETURN created;
      END
      $$;

      CREATE FUNCTION move_trace_horizon(horizon timestamptz) RETURNS timestamptz
      LANGUAGE plpgsql AS $$
      BEGIN
        IF horizon <> date_trunc('day', horizon, 'UTC') THEN
          RAISE EXCEPTION 'move_trace_horizon: % is no UTC midnight', horizon USING ERRCODE = 'invalid_parameter_value';
        END IF;
        -- Waits for the days that are being rebuilt; see rebuild_kept_trace_rollups.
        PERFORM pg_advisory_xact_lock(831746511, 3);
        UPDATE trace_partitioning SET kept_from = horizon WHERE kept_from < horizon;
        RETURN (SELECT kept_from FROM trace_partitioning);
      END
      $$;
      COMMENT ON FUNCTION move_trace_horizon(timestamptz) IS
        'Says that traces before that UTC midnight are no longer kept, and returns the horizon, which never moves back.';

      CREATE FUNCTION trace_days_before_horizon() RETURNS SETOF timestamptz
      LANGUAGE plpgsql STABLE AS $$
      DECLARE
        horizon timestamptz := (SELECT kept_from FROM trace_partitioning);
      BEGIN
        IF traces_are_partitioned() THEN
          RETURN QUERY
            SELECT day FROM (
              SELECT to_date(right(relid::text, 8), 'YYYYMMDD')::timestamp AT TIME ZONE 'UTC' AS day
              FROM pg_partition_tree('traces') WHERE relid::text ~ '_p[0-9]{8}$'
              UNION SELECT date_trunc('day', "timestamp", 'UTC') FROM traces_history
            ) AS found WHERE day < horizon ORDER BY day;
        ELSE
          RETURN QUERY EXECUTE 'SELECT range_start FROM timescaledb_information.chunks WHERE range_start < $1 '
            'AND format(''%I.%I'', hypertable_schema, hypertable_name)::regclass = ''traces''::regclass ORDER BY 1'
            USING horizon;
        END IF;
      END
      $$;
      COMMENT ON FUNCTION trace_days_before_horizon() IS 'UTC days that still have to go, the oldest first.';

      CREATE FUNCTION drop_trace_day(day timestamptz) RETURNS bigint
      LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan AS $$
      DECLARE
        next_day timestamptz := day + interval '24 hours';
        extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'timescaledb');
        parent text;
        child regclass;
        dropped bigint;
      BEGIN
        IF day <> date_trunc('day', day, 'UTC') OR day >= (SELECT kept_from FROM trace_partitioning) THEN
          RAISE EXCEPTION 'drop_trace_day: % is no UTC day before the horizon', day
            USING ERRCODE = 'invalid_parameter_value';
        END IF;
        -- One at a time; who has waited finds nothing left.
        PERFORM pg_advisory_xact_lock(831746511, 4);
        -- First what takes long and holds up nobody.
        DELETE FROM trace_locator AS l USING traces AS t
          WHERE t."timestamp" >= day AND t."timestamp" < next_day
            AND l.workspace_id = t.workspace_id AND l.trace_id = t.trace_id;
        GET DIAGNOSTICS dropped = ROW_COUNT;
        DELETE FROM traces_minutely AS m USING (SELECT DISTINCT workspace_id FROM traces_daily AS d WHERE d.day = $1) AS w
          WHERE m.workspace_id = w.workspace_id AND m.minute >= $1 AND m.minute < next_day;
        DELETE FROM traces_minutely_totals AS m
          USING (SELECT DISTINCT workspace_id FROM traces_daily AS d WHERE d.day = $1) AS w
          WHERE m.workspace_id = w.workspace_id AND m.minute >= $1 AND m.minute < next_day;
        -- Dropping shuts readers out. In the order of the writers.
        FOREACH parent IN ARRAY ARRAY['traces', 'trace_io', 'spans'] LOOP
          IF NOT traces_are_partitioned() THEN
            EXECUTE format('SELECT %I.drop_chunks(%L, older_than => %L::timestamptz, newer_than => %L::timestamptz)',
              extension, parent, next_day, day);
            CONTINUE;
          END IF;
          child := to_regclass(parent || '_p' || to_char(day AT TIME ZONE 'UTC', 'YYYYMMDD'));
          IF child IS NOT NULL THEN
            EXECUTE format('DROP TABLE %s', child);
          ELSE
            EXECUTE format('DELETE FROM %I WHERE "timestamp" >= $1 AND "timestamp" < $2', parent) USING day, next_day;
          END IF;
        END LOOP;
        RETURN dropped;
      END
      $$;
      COMMENT ON FUNCTION drop_trace_day(timestamptz) IS
        'Lets go of a UTC day before the horizon: traces, texts, spans, locators, minutes. Returns how many traces.';

      CREATE OR REPLACE FUNCTION latest_traces(workspace uuid, wanted integer) RETURNS SETOF traces
      LANGUAGE plpgsql STABLE ROWS 50 SET plan_cache_mode = force_custom_plan AS $$
      DECLARE
        horizon timestamptz := (SELECT kept_from FROM trace_partitioning);
        before timestamptz := 'infinity';
        bucket timestamptz;
        missing integer := wanted;
        found_now integer;
      BEGIN
        WHILE missing > 0 LOOP
          SELECT max(d.day) INTO bucket FROM traces_daily AS d
            WHERE d.workspace_id = workspace AND d.day < before AND d.day >= horizon;
          EXIT WHEN bucket IS NULL;
          RETURN QUERY
            SELECT t.* FROM traces AS t
            WHERE t.workspace_id = workspace AND t."timestamp" >= bucket AND t."timestamp" < bucket + interval '24 hours'
            ORDER BY t."timestamp" DESC, t.trace_id DESC
            LIMIT missing;
          GET DIAGNOSTICS found_now = ROW_COUNT;
          missing := missing - found_now;
          before := bucket;
        END LOOP;
      END
      $$;

      CREATE FUNCTION rebuild_kept_trace_rollups(workspace uuid, lower timestamptz, upper timestamptz) RETURNS boolean
      LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_advisory_xact_lock_shared(831746511, 3);
        IF lower < (SELECT kept_from FROM trace_partitioning) THEN
          RETURN false;
        END IF;
        PERFORM rebuild_trace_rollups(workspace, lower, upper);
        RETURN true;
      END
      $$;
      COMMENT ON FUNCTION rebuild_kept_trace_rollups(uuid, timestamptz, timestamptz) IS
        'As rebuild_trace_rollups, but leaves alone what lies before the horizon, whose traces are gone; false then.';
      """
  )
}
