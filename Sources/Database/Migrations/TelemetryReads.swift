extension Migration {
  /// Reads that know only from the data itself which partition they need.
  ///
  /// A statement over `traces` without bounds on `"timestamp"` that are known when it is planned touches every
  /// partition: with 400 of them planning the lookup of one trace took 67 ms, and merely starting a cached generic plan
  /// 3 ms. These functions first find the time, by the locator or the daily rollup, and then run a statement whose
  /// plan holds one partition (0.2 ms). They always plan anew: weighing a generic plan would look at all partitions
  /// again.
  static let telemetryReads = Migration(
    set: .telemetry,
    version: 3,
    name: "reads",
    sql: """
      CREATE FUNCTION latest_traces(workspace uuid, wanted integer) RETURNS SETOF traces
      LANGUAGE plpgsql STABLE ROWS 50 SET plan_cache_mode = force_custom_plan AS $$
      DECLARE
        before timestamptz := 'infinity';
        bucket timestamptz;
        missing integer := wanted;
        found_now integer;
      BEGIN
        WHILE missing > 0 LOOP
          SELECT max(d.day) INTO bucket FROM traces_daily AS d WHERE d.workspace_id = workspace AND d.day < before;
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
      COMMENT ON FUNCTION latest_traces(uuid, integer) IS
        'The newest traces of a workspace, newest first, whatever their age; walks back over the days that have any.';

      CREATE FUNCTION trace_by_id(workspace uuid, id text) RETURNS SETOF traces
      LANGUAGE plpgsql STABLE ROWS 1 SET plan_cache_mode = force_custom_plan AS $$
      DECLARE
        started timestamptz := (
          SELECT l."timestamp" FROM trace_locator AS l WHERE l.workspace_id = workspace AND l.trace_id = id);
      BEGIN
        IF started IS NOT NULL THEN
          RETURN QUERY
            SELECT t.* FROM traces AS t
            WHERE t.workspace_id = workspace AND t."timestamp" = started AND t.trace_id = id;
        END IF;
      END
      $$;
      COMMENT ON FUNCTION trace_by_id(uuid, text) IS 'The trace of that id, or no row.';

      CREATE FUNCTION trace_io_by_id(workspace uuid, id text) RETURNS SETOF trace_io
      LANGUAGE plpgsql STABLE ROWS 1 SET plan_cache_mode = force_custom_plan AS $$
      DECLARE
        started timestamptz := (
          SELECT l."timestamp" FROM trace_locator AS l WHERE l.workspace_id = workspace AND l.trace_id = id);
      BEGIN
        IF started IS NOT NULL THEN
          RETURN QUERY
            SELECT t.* FROM trace_io AS t
            WHERE t.workspace_id = workspace AND t."timestamp" = started AND t.trace_id = id;
        END IF;
      END
      $$;
      COMMENT ON FUNCTION trace_io_by_id(uuid, text) IS 'Input and output of the trace of that id, or no row.';

      CREATE FUNCTION trace_spans_by_id(workspace uuid, id text) RETURNS SETOF spans
      LANGUAGE plpgsql STABLE ROWS 20 SET plan_cache_mode = force_custom_plan AS $$
      DECLARE
        started timestamptz := (
          SELECT l."timestamp" FROM trace_locator AS l WHERE l.workspace_id = workspace AND l.trace_id = id);
      BEGIN
        IF started IS NOT NULL THEN
          RETURN QUERY
            SELECT s.* FROM spans AS s
            WHERE s.workspace_id = workspace AND s."timestamp" = started AND s.trace_id = id;
        END IF;
      END
      $$;
      COMMENT ON FUNCTION trace_spans_by_id(uuid, text) IS 'The spans of the trace of that id, in no order.';
      """
  )
}
