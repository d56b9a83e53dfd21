"""Every document's content stands among those that a scanner looks at: what was clean is scanned again."""

from alembic import op

revision = "0012"
down_revision = "0011"

STATES = """
ALTER TABLE journal.document_scan
    DROP CONSTRAINT document_scan_state_check,
    ADD CONSTRAINT document_scan_state_check CHECK (state IN ('waiting', 'clean', 'infected'));
COMMENT ON COLUMN journal.document_scan.since IS
    'when it began to wait, was last found clean, or was found infected';

DROP FUNCTION journal.scan_later(uuid, uuid, text);
CREATE FUNCTION journal.note_scan(p_person uuid, p_entry uuid, p_unit text, p_state text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO journal.document_scan (person_id, entry_id, org_number, state)
    VALUES (p_person, p_entry, p_unit, p_state) ON CONFLICT DO NOTHING
$$;
DROP FUNCTION journal.scan_over(uuid, uuid, boolean);
-- What a scanner said (clean, infected) of one that waited; null: there is no such content any more.
CREATE FUNCTION journal.scan_said(p_person uuid, p_entry uuid, p_state text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DELETE FROM journal.document_scan
        WHERE person_id = p_person AND entry_id = p_entry AND p_state IS NULL;
    UPDATE journal.document_scan SET state = p_state, since = clock_timestamp(), tries = 0
        WHERE person_id = p_person AND entry_id = p_entry AND state = 'waiting' AND p_state IS NOT NULL
$$;
-- What was last found clean before that time waits anew; how many.
CREATE FUNCTION journal.scan_again(p_before timestamptz) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH again AS (UPDATE journal.document_scan
        SET state = 'waiting', since = clock_timestamp(), due = clock_timestamp(), tries = 0
        WHERE state = 'clean' AND since < p_before RETURNING 1)
    SELECT count(*) FROM again
$$;
REVOKE ALL ON FUNCTION journal.note_scan(uuid, uuid, text, text), journal.scan_said(uuid, uuid, text),
    journal.scan_again(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION journal.note_scan(uuid, uuid, text, text), journal.scan_said(uuid, uuid, text),
    journal.scan_again(timestamptz) TO akson_journal;
"""
# As 0009: the owner is bound by the wall too.
EARLIER = """
ALTER TABLE journal.document_content NO FORCE ROW LEVEL SECURITY;
INSERT INTO journal.document_scan (person_id, entry_id, org_number, state, since)
    SELECT person_id, entry_id, org_number, 'clean', coalesce(scanned_at, at)
    FROM journal.document_content WHERE scan = 'clean' ON CONFLICT DO NOTHING;
ALTER TABLE journal.document_content FORCE ROW LEVEL SECURITY;
"""


def upgrade() -> None:
    """Let what was clean stand there too."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(STATES)
    op.execute(EARLIER)
