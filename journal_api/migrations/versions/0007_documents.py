"""Contents of documents: each under a key of its own that the service's key wraps."""

from alembic import op

revision = "0007"
down_revision = "0006"

TABLE = """
CREATE TABLE journal.document_content (
    person_id    uuid NOT NULL,
    entry_id     uuid NOT NULL,
    org_number   text NOT NULL,
    key_id       uuid NOT NULL,
    key          bytea NOT NULL,
    content_type text NOT NULL,
    bytes        bigint NOT NULL,
    digest       bytea NOT NULL,
    scan         text NOT NULL CHECK (scan IN ('clean', 'unscanned')),
    pages        integer,
    at           timestamptz NOT NULL DEFAULT clock_timestamp(),
    body         bytea NOT NULL,
    PRIMARY KEY (person_id, entry_id)
);
ALTER TABLE journal.document_content ALTER COLUMN body SET STORAGE EXTERNAL;
COMMENT ON COLUMN journal.document_content.key IS 'of body, wrapped by original-encrypt, bound to key_id';
ALTER TABLE journal.document_content ENABLE ROW LEVEL SECURITY;
ALTER TABLE journal.document_content FORCE ROW LEVEL SECURITY;
CREATE POLICY only_served ON journal.document_content
    USING (person_id = nullif(current_setting('akson.person', true), '')::uuid
        AND org_number <> ALL (string_to_array(coalesce(current_setting('akson.withheld', true), ''), ',')))
    WITH CHECK (person_id = nullif(current_setting('akson.person', true), '')::uuid);
-- Sent, and no document made of it within a day.
CREATE FUNCTION journal.forget_unused_contents(p_person uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_withheld text := coalesce(current_setting('akson.withheld', true), '');
BEGIN
    SET LOCAL akson.withheld = '';
    DELETE FROM journal.document_content c
    WHERE c.person_id = p_person AND c.at < clock_timestamp() - interval '1 day' AND NOT EXISTS
        (SELECT 1 FROM journal.entry e WHERE e.person_id = c.person_id AND e.entry_id = c.entry_id);
    EXECUTE format('SET LOCAL akson.withheld = %L', v_withheld);
END $$;
REVOKE ALL ON journal.document_content FROM PUBLIC;
REVOKE ALL ON FUNCTION journal.forget_unused_contents(uuid) FROM PUBLIC;
GRANT SELECT, INSERT ON journal.document_content TO akson_journal;
GRANT EXECUTE ON FUNCTION journal.forget_unused_contents(uuid) TO akson_journal;
"""

# As 0006, with contents moved one by one: together they may be more than one value holds.
MOVE = """
CREATE OR REPLACE FUNCTION journal.move_rows(p_from uuid, p_to uuid, p_tables text[], p_entries uuid[])
RETURNS jsonb LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_served text := coalesce(current_setting('akson.person', true), '');
    v_where text := CASE WHEN p_entries IS NULL THEN '' ELSE ' AND entry_id = ANY($2)' END;
    v_rows jsonb[];
    v_counts jsonb := '{}';
    one text;
BEGIN
    FOREACH one IN ARRAY p_tables LOOP
        CONTINUE WHEN one = 'document_content';
        EXECUTE format('SET LOCAL akson.person = %L', p_from);
        EXECUTE format('SELECT array_agg(to_jsonb(t) || jsonb_build_object(''person_id'', $3))'
            ' FROM journal.%I t WHERE person_id = $1%s', one, v_where)
            INTO v_rows USING p_from, p_entries, p_to;
        EXECUTE format('SET LOCAL akson.person = %L', p_to);
        EXECUTE format('INSERT INTO journal.%1$I SELECT (jsonb_populate_record(NULL::journal.%1$I, r)).*'
            ' FROM unnest($1) r', one) USING v_rows;
        v_counts := v_counts || jsonb_build_object(one, coalesce(cardinality(v_rows), 0));
    END LOOP;
    v_counts := v_counts
        || jsonb_build_object('document_content', journal.move_contents(p_from, p_to, p_entries));
    EXECUTE format('SET LOCAL akson.person = %L', p_from);
    FOR i IN REVERSE cardinality(p_tables)..1 LOOP
        EXECUTE format('DELETE FROM journal.%I WHERE person_id = $1%s', p_tables[i], v_where)
            USING p_from, p_entries;
    END LOOP;
    EXECUTE format('SET LOCAL akson.person = %L', v_served);
    RETURN v_counts;
END $$;
CREATE FUNCTION journal.move_contents(p_from uuid, p_to uuid, p_entries uuid[]) RETURNS int
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_ids uuid[];
    v_row journal.document_content;
    one uuid;
BEGIN
    EXECUTE format('SET LOCAL akson.person = %L', p_from);
    SELECT coalesce(array_agg(c.entry_id), '{}') INTO v_ids FROM journal.document_content c
        WHERE c.person_id = p_from AND (p_entries IS NULL OR c.entry_id = ANY(p_entries));
    FOREACH one IN ARRAY v_ids LOOP
        EXECUTE format('SET LOCAL akson.person = %L', p_from);
        SELECT c.* INTO v_row FROM journal.document_content c WHERE c.person_id = p_from AND c.entry_id = one;
        v_row.person_id := p_to;
        EXECUTE format('SET LOCAL akson.person = %L', p_to);
        INSERT INTO journal.document_content VALUES (v_row.*);
    END LOOP;
    RETURN cardinality(v_ids);
END $$;
REVOKE ALL ON FUNCTION journal.move_contents(uuid, uuid, uuid[]) FROM PUBLIC;
"""


def upgrade() -> None:
    """Make the table, and let it move with what it belongs to."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(TABLE)
    op.execute(MOVE)
