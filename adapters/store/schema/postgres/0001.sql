CREATE SCHEMA IF NOT EXISTS doudi;
CREATE SCHEMA IF NOT EXISTS doudi_read;

CREATE TABLE doudi.migrations (
    number integer PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE doudi.meta (
    name text COLLATE "C" PRIMARY KEY,
    value text NOT NULL
);

-- The row "clock" is in a trial store alone; all else that a store was made as never changes.
ALTER TABLE doudi.meta ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON doudi.meta FOR SELECT USING (true);
CREATE POLICY clock ON doudi.meta FOR UPDATE USING (name = 'clock');

CREATE TABLE doudi.events (
    position bigint PRIMARY KEY,
    stream text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    type text COLLATE "C" NOT NULL,
    type_version integer NOT NULL,
    command text COLLATE "C" NOT NULL,
    actor text NOT NULL,
    division text NOT NULL,
    recorded_at bigint NOT NULL,
    causation text,
    payload bytea NOT NULL,
    UNIQUE (stream, version)
);

CREATE INDEX events_recorded_at ON doudi.events (recorded_at, position);

CREATE INDEX events_forgotten ON doudi.events (position) WHERE type = 'PersonForgotten';

-- The last position ever given and its recorded_at; positions have no sequence, so that they have no gap.
CREATE TABLE doudi.log_end (
    position bigint NOT NULL,
    recorded_at bigint NOT NULL
) WITH (fillfactor = 10, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0);

INSERT INTO doudi.log_end VALUES (0, 0);

CREATE TABLE doudi.commands (
    id text COLLATE "C" PRIMARY KEY,
    digest bytea NOT NULL,
    answer bytea NOT NULL,
    first bigint,
    last bigint
);

CREATE TABLE doudi.access (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at bigint NOT NULL,
    actor text NOT NULL,
    case_no text COLLATE "C",
    purpose text NOT NULL,
    outcome text NOT NULL,
    command text
);

CREATE INDEX access_case ON doudi.access (case_no);

CREATE TABLE doudi.tracking (
    application_name text COLLATE "C" PRIMARY KEY,
    notification_id bigint NOT NULL
);

CREATE TABLE doudi.projections (
    name text COLLATE "C" PRIMARY KEY,
    version integer NOT NULL,
    log_id text NOT NULL,
    position bigint NOT NULL,
    stream text NOT NULL,
    stream_version bigint NOT NULL,
    token bigint NOT NULL DEFAULT 0
);

CREATE TABLE doudi.runners (
    projection text COLLATE "C" PRIMARY KEY,
    holder text NOT NULL,
    until bigint NOT NULL,
    beat bigint NOT NULL,
    moved bigint NOT NULL,
    position bigint NOT NULL,
    stopped text NOT NULL
);

CREATE TABLE doudi.rebuilds (
    projection text COLLATE "C" PRIMARY KEY,
    holder text NOT NULL,
    until bigint NOT NULL
);

CREATE TABLE doudi.parked (
    projection text COLLATE "C" NOT NULL,
    stream text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    type text NOT NULL,
    reason text NOT NULL,
    since bigint NOT NULL,
    PRIMARY KEY (projection, stream)
);

CREATE TABLE doudi.set_aside (
    projection text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    stream text NOT NULL,
    reason text NOT NULL,
    actor text NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (projection, position)
);

CREATE TABLE doudi.read_migrations (
    projection text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    phase text COLLATE "C" NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (projection, version, phase)
);

-- Keys and index: a schema that a dump leaves out and that has a backup of its own.
CREATE SCHEMA doudi_keys;

CREATE TABLE doudi_keys.marks (
    name text COLLATE "C" PRIMARY KEY,
    value text NOT NULL
);

CREATE TABLE doudi_keys.masters (
    id integer PRIMARY KEY,
    wrapped bytea NOT NULL
);

CREATE TABLE doudi_keys.keys (
    name text COLLATE "C" PRIMARY KEY,
    master text NOT NULL,
    wrapped bytea NOT NULL
);

CREATE TABLE doudi_keys.forgotten (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE
);

CREATE TABLE doudi_keys.numbers (
    hash bytea PRIMARY KEY,
    person text COLLATE "C" NOT NULL,
    command text NOT NULL
);

CREATE INDEX numbers_person ON doudi_keys.numbers (person);

CREATE TABLE doudi_keys.names (
    hash bytea NOT NULL,
    person text COLLATE "C" NOT NULL,
    command text NOT NULL,
    PRIMARY KEY (hash, person)
);

CREATE INDEX names_person ON doudi_keys.names (person);

-- Grows when a key is dropped or wrapped anew.
CREATE TABLE doudi_keys.changes (
    number bigint NOT NULL
);

INSERT INTO doudi_keys.changes VALUES (0);

CREATE FUNCTION doudi_keys.forget(gone text[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM doudi_keys.keys WHERE name = ANY (gone);
    DELETE FROM doudi_keys.numbers WHERE person = ANY (gone);
    DELETE FROM doudi_keys.names WHERE person = ANY (gone);
    INSERT INTO doudi_keys.forgotten (name) SELECT DISTINCT unnest(gone) ON CONFLICT (name) DO NOTHING;
    UPDATE doudi_keys.changes SET number = number + 1;
END
$$;

-- The only way into the log. It takes the log's lock, which is held until the commit: so positions are given and
-- become visible in one order. An advisory lock, since VACUUM, ANALYZE and CREATE INDEX CONCURRENTLY take none.
-- What stands in the way is answered, not raised: a transaction of many commands goes on after a refused one.
--   outcome  done | taken (the command is there) | moved (detail: stream) | keyed (detail: whose key another is)
--            | numbered (detail: whose the number is)
--            | hole (detail: stream)
CREATE FUNCTION doudi.append(
    IN clock bigint,
    IN running boolean,
    IN streams text[],
    IN versions bigint[],
    IN types text[],
    IN type_versions integer[],
    IN event_commands text[],
    IN actors text[],
    IN divisions text[],
    IN causations text[],
    IN payloads bytea[],
    IN command_id text,
    IN command_digest bytea,
    IN command_answer bytea,
    IN expected_streams text[],
    IN expected_versions bigint[],
    IN key_names text[],
    IN key_masters text[],
    IN key_wrapped bytea[],
    IN number_hashes bytea[],
    IN number_persons text[],
    IN name_hashes bytea[],
    IN name_persons text[],
    IN forgets text[],
    OUT outcome text,
    OUT last bigint,
    OUT detail text,
    OUT last_recorded_at bigint
)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    count constant integer := cardinality(streams);
    before bigint;
    ending bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(1685025124, 1);
    IF running THEN
        clock := clock + (extract(epoch FROM clock_timestamp() - statement_timestamp()) * 1000000)::bigint;
    END IF;

    IF command_id IS NOT NULL THEN
        SELECT c.last INTO last FROM doudi.commands c WHERE c.id = command_id;
        IF FOUND THEN
            outcome := 'taken';
            RETURN;
        END IF;
    END IF;

    FOR i IN 1 .. coalesce(cardinality(expected_streams), 0) LOOP
        SELECT max(e.version) INTO ending FROM doudi.events e WHERE e.stream = expected_streams[i];
        IF expected_versions[i] <> coalesce(ending, 0) THEN
            outcome := 'moved';
            detail := expected_streams[i];
            RETURN;
        END IF;
    END LOOP;

    IF count = 1 AND streams = expected_streams AND versions[1] = coalesce(ending, 0) + 1 THEN
        NULL;
    ELSIF count = 1 THEN
        SELECT max(e.version) INTO ending FROM doudi.events e WHERE e.stream = streams[1];
        IF versions[1] <> ending + 1 OR (ending IS NULL AND versions[1] NOT IN (0, 1)) THEN
            detail := streams[1];
        END IF;
    ELSIF count > 1 THEN
        SELECT y.stream INTO detail
        FROM (
            SELECT x.stream, x.version, x.place, coalesce(
                lag(x.version) OVER (PARTITION BY x.stream ORDER BY x.place),
                (SELECT max(e.version) FROM doudi.events e WHERE e.stream = x.stream)
            ) AS before
            FROM unnest(streams, versions) WITH ORDINALITY AS x (stream, version, place)
        ) y
        WHERE CASE WHEN y.before IS NULL THEN y.version NOT IN (0, 1) ELSE y.version <> y.before + 1 END
        ORDER BY y.place
        LIMIT 1;
    END IF;
    IF detail IS NOT NULL THEN
        outcome := 'hole';
        RETURN;
    END IF;

    IF cardinality(key_names) > 0 THEN
        SELECT k.name INTO detail
        FROM unnest(key_names, key_masters, key_wrapped) AS x (name, master, wrapped)
        JOIN doudi_keys.keys k ON k.name = x.name
        WHERE k.master <> x.master OR k.wrapped <> x.wrapped
        LIMIT 1;
        IF FOUND THEN
            outcome := 'keyed';
            RETURN;
        END IF;
    END IF;

    IF cardinality(number_hashes) > 0 THEN
        SELECT y.owner INTO detail
        FROM (
            SELECT x.person, x.place, coalesce(
                (SELECT n.person FROM doudi_keys.numbers n WHERE n.hash = x.hash),
                first_value(x.person) OVER (PARTITION BY x.hash ORDER BY x.place)
            ) AS owner
            FROM unnest(number_hashes, number_persons) WITH ORDINALITY AS x (hash, person, place)
        ) y
        WHERE y.owner <> y.person
        ORDER BY y.place
        LIMIT 1;
        IF FOUND THEN
            outcome := 'numbered';
            RETURN;
        END IF;
        INSERT INTO doudi_keys.numbers (hash, person, command)
        SELECT x.hash, x.person, command_id FROM unnest(number_hashes, number_persons) AS x (hash, person)
        ON CONFLICT (hash) DO NOTHING;
    END IF;
    IF cardinality(key_names) > 0 THEN
        INSERT INTO doudi_keys.keys (name, master, wrapped)
        SELECT x.name, x.master, x.wrapped
        FROM unnest(key_names, key_masters, key_wrapped) AS x (name, master, wrapped)
        ON CONFLICT (name) DO NOTHING;
    END IF;
    IF cardinality(name_hashes) > 0 THEN
        INSERT INTO doudi_keys.names (hash, person, command)
        SELECT x.hash, x.person, command_id FROM unnest(name_hashes, name_persons) AS x (hash, person)
        ON CONFLICT (hash, person) DO NOTHING;
    END IF;
    IF cardinality(forgets) > 0 THEN
        PERFORM doudi_keys.forget(forgets);
    END IF;

    IF count = 0 THEN
        SELECT l.position, l.recorded_at INTO last, last_recorded_at FROM doudi.log_end l;
    ELSE
        UPDATE doudi.log_end l
        SET position = l.position + count, recorded_at = greatest(l.recorded_at, clock)
        RETURNING l.position - count, l.position, l.recorded_at INTO before, last, last_recorded_at;
        IF before > 0 AND NOT EXISTS (SELECT FROM doudi.events e WHERE e.position = before) THEN
            RAISE EXCEPTION USING ERRCODE = 'DD001', MESSAGE = 'the end of the log is cut off', DETAIL = before;
        END IF;
        IF count = 1 THEN
            INSERT INTO doudi.events (
                position, stream, version, type, type_version, command, actor, division, recorded_at, causation, payload
            )
            VALUES (
                last, streams[1], versions[1], types[1], type_versions[1], event_commands[1], actors[1], divisions[1],
                last_recorded_at, causations[1], payloads[1]
            );
        ELSE
            INSERT INTO doudi.events (
                position, stream, version, type, type_version, command, actor, division, recorded_at, causation, payload
            )
            SELECT before + x.place, x.stream, x.version, x.type, x.type_version, x.command, x.actor, x.division,
                last_recorded_at, x.causation, x.payload
            FROM unnest(
                streams, versions, types, type_versions, event_commands, actors, divisions, causations, payloads
            ) WITH ORDINALITY AS x (
                stream, version, type, type_version, command, actor, division, causation, payload, place
            );
        END IF;
        PERFORM pg_notify('doudi', last::text);
    END IF;
    IF command_id IS NOT NULL THEN
        INSERT INTO doudi.commands (id, digest, answer, first, last)
        VALUES (
            command_id, command_digest, command_answer,
            CASE WHEN count > 0 THEN before + 1 END, CASE WHEN count > 0 THEN last END
        );
    END IF;
    outcome := 'done';
END
$$;

REVOKE ALL ON FUNCTION doudi.append FROM PUBLIC;

-- Several commands at once, of which none touches a stream of another's or brings keys, each with the events from
-- `firsts` (not included) to `lasts`, counted from 0. `last` is NULL if anything stands in the way of any of them:
-- then nothing was written, and who asked appends them one by one to hear what.
CREATE FUNCTION doudi.append_together(
    IN clock bigint,
    IN running boolean,
    IN streams text[],
    IN versions bigint[],
    IN types text[],
    IN type_versions integer[],
    IN event_commands text[],
    IN actors text[],
    IN divisions text[],
    IN causations text[],
    IN payloads bytea[],
    IN command_ids text[],
    IN command_digests bytea[],
    IN command_answers bytea[],
    IN firsts bigint[],
    IN lasts bigint[],
    IN expected_streams text[],
    IN expected_versions bigint[],
    OUT last bigint,
    OUT last_recorded_at bigint
)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    count constant integer := cardinality(streams);
    before bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(1685025124, 1);
    IF running THEN
        clock := clock + (extract(epoch FROM clock_timestamp() - statement_timestamp()) * 1000000)::bigint;
    END IF;

    IF count = 0 OR EXISTS (
        SELECT FROM unnest(command_ids) AS x (id)
        WHERE EXISTS (SELECT FROM doudi.commands c WHERE c.id = x.id)
    ) OR EXISTS (
        SELECT FROM unnest(expected_streams, expected_versions) AS x (stream, version)
        WHERE x.version <> coalesce((SELECT max(e.version) FROM doudi.events e WHERE e.stream = x.stream), 0)
    ) OR EXISTS (
        SELECT FROM (
            SELECT x.version, coalesce(
                lag(x.version) OVER (PARTITION BY x.stream ORDER BY x.place),
                (SELECT max(e.version) FROM doudi.events e WHERE e.stream = x.stream)
            ) AS before
            FROM unnest(streams, versions) WITH ORDINALITY AS x (stream, version, place)
        ) y
        WHERE CASE WHEN y.before IS NULL THEN y.version NOT IN (0, 1) ELSE y.version <> y.before + 1 END
    ) THEN
        RETURN;
    END IF;

    UPDATE doudi.log_end l
    SET position = l.position + count, recorded_at = greatest(l.recorded_at, clock)
    RETURNING l.position - count, l.position, l.recorded_at INTO before, last, last_recorded_at;
    IF before > 0 AND NOT EXISTS (SELECT FROM doudi.events e WHERE e.position = before) THEN
        RAISE EXCEPTION USING ERRCODE = 'DD001', MESSAGE = 'the end of the log is cut off', DETAIL = before;
    END IF;
    INSERT INTO doudi.events (
        position, stream, version, type, type_version, command, actor, division, recorded_at, causation, payload
    )
    SELECT before + x.place, x.stream, x.version, x.type, x.type_version, x.command, x.actor, x.division,
        last_recorded_at, x.causation, x.payload
    FROM unnest(
        streams, versions, types, type_versions, event_commands, actors, divisions, causations, payloads
    ) WITH ORDINALITY AS x (
        stream, version, type, type_version, command, actor, division, causation, payload, place
    );
    INSERT INTO doudi.commands (id, digest, answer, first, last)
    SELECT x.id, x.digest, x.answer,
        CASE WHEN x.last > x.first THEN before + x.first + 1 END, CASE WHEN x.last > x.first THEN before + x.last END
    FROM unnest(command_ids, command_digests, command_answers, firsts, lasts) AS x (id, digest, answer, first, last);
    PERFORM pg_notify('doudi', last::text);
END
$$;

REVOKE ALL ON FUNCTION doudi.append_together FROM PUBLIC;

-- Let a role work on the store: it reads, appends through the function alone, and owns its read tables,
-- which are made anew. Called by the store's owner.
CREATE FUNCTION doudi.admit(role name) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    read_table text;
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA doudi TO %I', role);
    EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA doudi TO %I', role);
    EXECUTE format('GRANT INSERT ON doudi.access TO %I', role);
    EXECUTE format('GRANT INSERT, UPDATE ON doudi.tracking TO %I', role);
    EXECUTE format(
        'GRANT INSERT, UPDATE, DELETE ON doudi.projections, doudi.runners, doudi.rebuilds, doudi.parked, doudi.set_aside,'
        ' doudi.read_migrations TO %I', role
    );
    EXECUTE format('GRANT USAGE ON SCHEMA doudi_keys TO %I', role);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA doudi_keys TO %I', role);
    EXECUTE format('GRANT UPDATE (value) ON doudi.meta TO %I', role);
    EXECUTE format('GRANT EXECUTE ON FUNCTION doudi.append, doudi.append_together TO %I', role);
    EXECUTE format('GRANT USAGE, CREATE ON SCHEMA doudi_read TO %I', role);
    FOR read_table IN SELECT tablename FROM pg_tables WHERE schemaname = 'doudi_read' AND tableowner <> role LOOP
        EXECUTE format('DROP TABLE doudi_read.%I', read_table);
    END LOOP;
    DELETE FROM doudi.projections;
END
$$;

REVOKE ALL ON FUNCTION doudi.admit FROM PUBLIC;
