"""Contents of documents: each under a key of its own that the service's key wraps."""

from importlib import import_module

from alembic import op

revision = "0007"
down_revision = "0006"

_WALL = import_module("journal_api.migrations.versions.0001_entries").WALL
_ROWS = import_module("journal_api.migrations.versions.0006_moving").ROWS
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
"""
FORGETS = """
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
ROWS = (
    _ROWS[_ROWS.index("CREATE FUNCTION journal.move_rows") :]
    .replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    .replace("LOOP\n", "LOOP\n        CONTINUE WHEN one = 'document_content';\n", 1)
    .replace(
        "END LOOP;\n",
        "END LOOP;\n    v_counts := v_counts\n        || jsonb_build_object('document_content',"
        " journal.move_contents(p_from, p_to, p_entries));\n",
        1,
    )
)
CONTENTS = """
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
    for statement in (TABLE, _WALL.format(table="document_content"), FORGETS, ROWS, CONTENTS):
        op.execute(statement)
