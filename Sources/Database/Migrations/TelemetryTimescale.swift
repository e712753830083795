extension Migration {
  /// Hypertables in the place of native partitions, where the database has TimescaleDB (SPEC §5, decision 18).
  ///
  /// A chunk is a UTC day, as a partition is, and both are excluded by the same bounds on `"timestamp"`, so the reads are
  /// the same. A database without the extension keeps its partitions, and can change later: `tracegate migrate` with
  /// TIMESCALE_REQUIRED calls `make_trace_hypertables` again.
  static let telemetryTimescale = Migration(
    set: .telemetry,
    version: 6,
    name: "timescale",
    sql: """
      CREATE FUNCTION traces_are_partitioned() RETURNS boolean
      LANGUAGE sql STABLE AS $$ SELECT relkind = 'p' FROM pg_class WHERE oid = 'traces'::regclass $$;
      COMMENT ON FUNCTION traces_are_partitioned() IS
        'Whether traces, trace_io and spans have native partitions; otherwise they are hypertables of TimescaleDB.';

      ALTER FUNCTION ensure_trace_partitions(date[]) RENAME TO make_trace_partitions;
      CREATE FUNCTION ensure_trace_partitions(days date[]) RETURNS integer
      LANGUAGE sql AS $$ SELECT CASE WHEN traces_are_partitioned() THEN make_trace_partitions(days) ELSE 0 END $$;
      COMMENT ON FUNCTION ensure_trace_partitions(date[]) IS
        'Makes the missing daily partitions; returns how many tables it made. A hypertable makes its chunks by itself.';

      CREATE FUNCTION make_trace_hypertables() RETURNS boolean
      LANGUAGE plpgsql AS $$
      DECLARE
        extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'timescaledb');
        parent text;
        old oid;
        -- What goes with a table and has to be made again: its indexes, the functions that return its rows, and rights.
        again text[];
        gone text[];
        command text;
      BEGIN
        IF extension IS NULL THEN
          RETURN false;
        END IF;
        -- In the order of the writers. Who has waited here may find it done.
        LOCK TABLE traces, trace_io, spans IN ACCESS EXCLUSIVE MODE;
        IF NOT traces_are_partitioned() THEN
          RETURN false;
        END IF;
        FOREACH parent IN ARRAY ARRAY['traces', 'trace_io', 'spans'] LOOP
          old := parent::regclass;
          again := ARRAY(
              SELECT format('ALTER TABLE %I ADD CONSTRAINT %I %s', parent, conname, pg_get_constraintdef(oid))
              FROM pg_constraint WHERE conrelid = old AND contype IN ('p', 'u'))
            || ARRAY(
              SELECT replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ') FROM pg_index
              WHERE indrelid = old AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid))
            || ARRAY(
              SELECT format('GRANT %s ON %I TO %s%s', g.privilege_type, parent,
                CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END,
                CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
              FROM pg_class AS c, aclexplode(c.relacl) AS g WHERE c.oid = old AND g.grantee <> c.relowner)
            || ARRAY(
              SELECT pg_get_functiondef(p.oid) FROM pg_proc AS p JOIN pg_type AS t ON t.oid = p.prorettype
              WHERE t.typrelid = old)
            || ARRAY(
              SELECT format('COMMENT ON FUNCTION %s IS %L', p.oid::regprocedure, obj_description(p.oid, 'pg_proc'))
              FROM pg_proc AS p JOIN pg_type AS t ON t.oid = p.prorettype WHERE t.typrelid = old);
          gone := ARRAY(
            SELECT format('DROP FUNCTION %s', p.oid::regprocedure) FROM pg_proc AS p JOIN pg_type AS t ON t.oid = p.prorettype
            WHERE t.typrelid = old);
          EXECUTE format('ALTER TABLE %I RENAME TO %I', parent, parent || '_partitioned');
          EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL EXCLUDING INDEXES)', parent, parent || '_partitioned');
          EXECUTE format('SELECT %I.create_hypertable(%L, %L, chunk_time_interval => interval ''1 day'', '
            'create_default_indexes => false)', extension, parent, 'timestamp');
          EXECUTE format('INSERT INTO %I SELECT * FROM %I', parent, parent || '_partitioned');
          FOREACH command IN ARRAY gone LOOP
            EXECUTE command;
          END LOOP;
          EXECUTE format('DROP TABLE %I', parent || '_partitioned');
          FOREACH command IN ARRAY again LOOP
            EXECUTE command;
          END LOOP;
        END LOOP;
        RETURN true;
      END
      $$;
      COMMENT ON FUNCTION make_trace_hypertables() IS
        'Moves traces, trace_io and spans from partitions into hypertables, in one transaction that nobody reads beside; '
        'false when they are hypertables already or the database has no TimescaleDB.';

      SELECT make_trace_hypertables();
      """
  )
}
