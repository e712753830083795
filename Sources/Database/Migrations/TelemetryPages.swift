extension Migration {
  /// A page of a long window, at the price of the days that it lies on.
  ///
  /// A statement over 30 days is planned for 30 partitions, each of which is opened when it starts, though the newest holds the
  /// whole page: 3 of 5 ms of the first page were that. This function asks for one day, then, while rows are missing,
  /// for ever more days at once, so that what is rare is still found in a few statements.
  static let telemetryPages = Migration(
    set: .telemetry,
    version: 9,
    name: "pages",
    sql: """
      CREATE FUNCTION trace_page(
        workspace uuid, lower timestamptz, upper timestamptz, newest_first boolean, wanted bigint,
        condition text, arguments text[]
      ) RETURNS SETOF traces
      LANGUAGE plpgsql STABLE ROWS 50 AS $$
      DECLARE
        statement text := format(
          'SELECT * FROM traces WHERE workspace_id = $1 AND "timestamp" >= $2 AND "timestamp" < $3 AND %s
            ORDER BY "timestamp" %s, trace_id %2$s LIMIT $5',
          condition, CASE WHEN newest_first THEN 'DESC' ELSE 'ASC' END);
        days integer := 1;
        bound timestamptz;
        found_now bigint;
      BEGIN
        WHILE wanted > 0 AND lower < upper LOOP
          IF newest_first THEN
            bound := GREATEST(lower,
              date_trunc('day', upper - interval '1 microsecond', 'UTC') - (days - 1) * interval '24 hours');
            RETURN QUERY EXECUTE statement USING workspace, bound, upper, arguments, wanted;
            upper := bound;
          ELSE
            bound := LEAST(upper, date_trunc('day', lower, 'UTC') + days * interval '24 hours');
            RETURN QUERY EXECUTE statement USING workspace, lower, bound, arguments, wanted;
            lower := bound;
          END IF;
          GET DIAGNOSTICS found_now = ROW_COUNT;
          wanted := wanted - found_now;
          days := LEAST(days * 4, 1000000);
        END LOOP;
      END
      $$;
      COMMENT ON FUNCTION trace_page(uuid, timestamptz, timestamptz, boolean, bigint, text, text[]) IS
        'The first or last traces of a window for which a condition holds. It is SQL over a row of traces, in which $4 is arguments, and must never come from a client.';
      """
  )
}
