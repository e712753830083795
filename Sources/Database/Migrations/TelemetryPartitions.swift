extension Migration {
  /// Daily partitions of `traces`, `trace_io` and `spans`, made ahead of the rows that need them.
  ///
  /// - A partition is made as a table of its own and then attached: `ATTACH PARTITION` leaves readers and writers of
  ///   the parent alone (SHARE UPDATE EXCLUSIVE), whereas `CREATE TABLE … PARTITION OF` shuts them out, and two writers
  ///   that each need a new day in mid-transaction would deadlock (PostgreSQL 15 manual, 5.11.2.2).
  /// - There is no DEFAULT partition: it would have to be scanned at each attachment, and its presence makes the
  ///   planner sort where partitions otherwise append in order. Rows older than 400 days at the time of the migration
  ///   lie in `…_history`.
  static let telemetryPartitions = Migration(
    set: .telemetry,
    version: 2,
    name: "partitions",
    sql: """
      CREATE TABLE trace_partitioning (
        history_before date NOT NULL,
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row)
      );
      COMMENT ON COLUMN trace_partitioning.history_before IS
        'UTC day before which rows lie in the …_history partitions; daily ones start here';
      INSERT INTO trace_partitioning (history_before) VALUES ((now() AT TIME ZONE 'UTC')::date - 400);

      DO $$
      DECLARE
        parent text;
        bound text := (SELECT to_char(history_before, 'YYYY-MM-DD') || ' 00:00:00+00' FROM trace_partitioning);
      BEGIN
        FOREACH parent IN ARRAY ARRAY['traces', 'trace_io', 'spans'] LOOP
          EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (MINVALUE) TO (%L)',
            parent || '_history', parent, bound);
        END LOOP;
      END
      $$;

      CREATE FUNCTION ensure_trace_partitions(days date[]) RETURNS integer
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
            CONTINUE WHEN to_regclass(child) IS NOT NULL;
            EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', child, parent);
            EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, child,
              to_char(new_day, 'YYYY-MM-DD') || ' 00:00:00+00', to_char(new_day + 1, 'YYYY-MM-DD') || ' 00:00:00+00');
            created := created + 1;
          END LOOP;
        END LOOP;
        RETURN created;
      END
      $$;
      COMMENT ON FUNCTION ensure_trace_partitions(date[]) IS
        'Makes the missing daily partitions (UTC days) of traces, trace_io and spans; returns how many tables it made.';

      CREATE FUNCTION ensure_trace_partitions("from" date, "to" date) RETURNS integer
      LANGUAGE sql AS $$
        SELECT ensure_trace_partitions(ARRAY(
          SELECT day::date FROM generate_series("from"::timestamp, "to"::timestamp, interval '1 day') AS day LIMIT 1001));
      $$;
      COMMENT ON FUNCTION ensure_trace_partitions(date, date) IS
        'The same for every day from the first to the last, both included.';

      SELECT ensure_trace_partitions((now() AT TIME ZONE 'UTC')::date - 1, (now() AT TIME ZONE 'UTC')::date + 2);
      """
  )
}
