"""What stands of a content among those that a scanner looks at goes with it, and begins anew with another.

A content of which no document was made is forgotten after a day; its row stayed, and held for what came
under the same id later, which then was not scanned.
"""

from alembic import op

revision = "0014"
down_revision = "0013"

NOTE = """
CREATE OR REPLACE FUNCTION journal.note_scan(p_person uuid, p_entry uuid, p_unit text, p_state text)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO journal.document_scan (person_id, entry_id, org_number, state)
    VALUES (p_person, p_entry, p_unit, p_state)
    ON CONFLICT (person_id, entry_id) DO UPDATE SET org_number = excluded.org_number, state = excluded.state,
        since = excluded.since, due = excluded.due, tries = 0
$$;
"""
# As 0007, and the rows of what is forgotten with it.
FORGET = """
CREATE OR REPLACE FUNCTION journal.forget_unused_contents(p_person uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_withheld text := coalesce(current_setting('akson.withheld', true), '');
BEGIN
    SET LOCAL akson.withheld = '';
    WITH gone AS (DELETE FROM journal.document_content c
        WHERE c.person_id = p_person AND c.at < clock_timestamp() - interval '1 day' AND NOT EXISTS
            (SELECT 1 FROM journal.entry e WHERE e.person_id = c.person_id AND e.entry_id = c.entry_id)
        RETURNING c.entry_id)
    DELETE FROM journal.document_scan d USING gone
        WHERE d.person_id = p_person AND d.entry_id = gone.entry_id;
    EXECUTE format('SET LOCAL akson.withheld = %L', v_withheld);
END $$;
"""
# As 0009: the owner is bound by the wall too.
EARLIER = """
ALTER TABLE journal.document_content NO FORCE ROW LEVEL SECURITY;
DELETE FROM journal.document_scan d WHERE NOT EXISTS (SELECT 1 FROM journal.document_content c
    WHERE c.person_id = d.person_id AND c.entry_id = d.entry_id);
ALTER TABLE journal.document_content FORCE ROW LEVEL SECURITY;
"""


def upgrade() -> None:
    """Replace the functions, and take out the rows of what is gone."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in (NOTE, FORGET, EARLIER):
        op.execute(statement)
