"""Moving what was written in the wrong person's journal, and a whole journal when two persons are one."""

from alembic import op

revision = "0006"
down_revision = "0005"

# A row on each side, of which neither names the other person. The contents are at the new place alone.
TABLE = """
CREATE TABLE journal.moved (
    person_id uuid NOT NULL,
    move_id   uuid NOT NULL,
    entry_id  uuid NOT NULL,
    direction text NOT NULL CHECK (direction IN ('away', 'here')),
    kind      text NOT NULL,
    written   timestamptz NOT NULL,
    at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    by_id     uuid NOT NULL,
    by_name   text NOT NULL,
    by_role   text,
    org_number text NOT NULL,
    why       text,
    PRIMARY KEY (person_id, move_id, entry_id, direction)
);
CREATE INDEX moved_entry ON journal.moved (person_id, entry_id);
COMMENT ON COLUMN journal.moved.written IS 'when the entry was made, which was later moved';
COMMENT ON COLUMN journal.moved.why IS 'in free words, at the new place alone';
ALTER TABLE journal.moved ENABLE ROW LEVEL SECURITY;
ALTER TABLE journal.moved FORCE ROW LEVEL SECURITY;
CREATE POLICY only_served ON journal.moved
    USING (person_id = nullif(current_setting('akson.person', true), '')::uuid);
REVOKE ALL ON journal.moved FROM PUBLIC;
GRANT SELECT, INSERT ON journal.moved TO akson_journal;
"""

# Every table of the journal that persons own, a table of tomorrow too, the one others point at first. What is
# followed up of results moves by a function of its own (0005). Read as one person, written as the other.
ROWS = """
CREATE FUNCTION journal.owned_tables() RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT array_agg(c.relname::text ORDER BY c.relname <> 'entry', c.relname) FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'person_id' AND NOT a.attisdropped
    WHERE c.relnamespace = 'journal'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND c.relname NOT IN ('work_item', 'follow_up', 'follow_up_event', 'follow_up_watch')
$$;
CREATE FUNCTION journal.has_entries(p_table text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT p_table <> 'moved' AND EXISTS (SELECT 1 FROM pg_attribute a
        WHERE a.attrelid = format('journal.%I', p_table)::regclass
        AND a.attname = 'entry_id' AND NOT a.attisdropped)
$$;
CREATE FUNCTION journal.move_rows(p_from uuid, p_to uuid, p_tables text[], p_entries uuid[])
RETURNS jsonb LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_served text := coalesce(current_setting('akson.person', true), '');
    v_where text := CASE WHEN p_entries IS NULL THEN '' ELSE ' AND entry_id = ANY($2)' END;
    v_rows jsonb[];
    v_counts jsonb := '{}';
    one text;
BEGIN
    FOREACH one IN ARRAY p_tables LOOP
        EXECUTE format('SET LOCAL akson.person = %L', p_from);
        EXECUTE format('SELECT array_agg(to_jsonb(t) || jsonb_build_object(''person_id'', $3))'
            ' FROM journal.%I t WHERE person_id = $1%s', one, v_where)
            INTO v_rows USING p_from, p_entries, p_to;
        EXECUTE format('SET LOCAL akson.person = %L', p_to);
        EXECUTE format('INSERT INTO journal.%1$I SELECT (jsonb_populate_record(NULL::journal.%1$I, r)).*'
            ' FROM unnest($1) r', one) USING v_rows;
        v_counts := v_counts || jsonb_build_object(one, coalesce(cardinality(v_rows), 0));
    END LOOP;
    EXECUTE format('SET LOCAL akson.person = %L', p_from);
    FOR i IN REVERSE cardinality(p_tables)..1 LOOP
        EXECUTE format('DELETE FROM journal.%I WHERE person_id = $1%s', p_tables[i], v_where)
            USING p_from, p_entries;
    END LOOP;
    EXECUTE format('SET LOCAL akson.person = %L', v_served);
    RETURN v_counts;
END $$;
"""

MOVES = """
-- Entries with all that hangs on them, and their items on the lists of these units. What stays and was
-- written in a contact that goes is of no contact afterwards, and the other way.
CREATE FUNCTION journal.move_entries(p_from uuid, p_to uuid, p_entries uuid[], p_units text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_served text := coalesce(current_setting('akson.person', true), '');
    v_unit text := coalesce(current_setting('akson.unit', true), '');
    one text;
BEGIN
    EXECUTE format('SET LOCAL akson.person = %L', p_from);
    UPDATE journal.entry SET contact_id = NULL WHERE person_id = p_from AND contact_id IS NOT NULL
        AND (entry_id = ANY(p_entries)) <> (contact_id = ANY(p_entries));
    PERFORM journal.move_rows(p_from, p_to, ARRAY(
        SELECT t FROM unnest(journal.owned_tables()) WITH ORDINALITY u(t, place)
        WHERE journal.has_entries(t) ORDER BY place), p_entries);
    FOREACH one IN ARRAY p_units LOOP
        EXECUTE format('SET LOCAL akson.unit = %L', one);
        UPDATE journal.work_item SET person_id = p_to
            WHERE unit = one AND person_id = p_from AND item_id = ANY(p_entries);
    END LOOP;
    EXECUTE format('SET LOCAL akson.person = %L', v_served);
    EXECUTE format('SET LOCAL akson.unit = %L', v_unit);
END $$;
-- Part of merging two persons: the whole journal of the one is the other's, on every unit's list too.
CREATE FUNCTION journal.move_journal(p_from uuid, p_to uuid) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_unit text := coalesce(current_setting('akson.unit', true), '');
    v_counts jsonb := journal.move_rows(p_from, p_to, journal.owned_tables(), NULL);
    v_items bigint := 0;
    v_some bigint;
    one text;
BEGIN
    FOR one IN SELECT o.org_number FROM core_record.organisation o LOOP
        EXECUTE format('SET LOCAL akson.unit = %L', one);
        UPDATE journal.work_item SET person_id = p_to WHERE unit = one AND person_id = p_from;
        GET DIAGNOSTICS v_some = ROW_COUNT;
        v_items := v_items + v_some;
    END LOOP;
    EXECUTE format('SET LOCAL akson.unit = %L', v_unit);
    RETURN v_counts || jsonb_build_object('work_item', v_items);
END $$;
REVOKE ALL ON FUNCTION journal.owned_tables(), journal.has_entries(text),
    journal.move_rows(uuid, uuid, text[], uuid[]), journal.move_entries(uuid, uuid, uuid[], text[]),
    journal.move_journal(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION journal.move_entries(uuid, uuid, uuid[], text[]) TO akson_journal;
GRANT EXECUTE ON FUNCTION journal.move_journal(uuid, uuid) TO akson_results;
"""


def upgrade() -> None:
    """Make the table of traces and the functions."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in (TABLE, ROWS, MOVES):
        op.execute(statement)
