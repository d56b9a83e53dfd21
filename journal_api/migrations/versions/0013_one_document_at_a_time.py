"""One document is taken at a time, however the statement is planned.

As in 0009, but what is to be taken is worked out once: as a subquery it may be worked out for each row it is
compared with, each time another one, and all of them would be taken.
"""

from alembic import op

revision = "0013"
down_revision = "0012"

TAKE = """
CREATE OR REPLACE FUNCTION journal.take_unscanned() RETURNS TABLE (person_id uuid, entry_id uuid)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH one AS MATERIALIZED (SELECT w.person_id, w.entry_id FROM journal.document_scan w
        WHERE w.state = 'waiting' AND w.due <= clock_timestamp()
        ORDER BY w.due LIMIT 1 FOR UPDATE SKIP LOCKED)
    UPDATE journal.document_scan d SET tries = d.tries + 1,
        due = clock_timestamp() + least(interval '3 minutes' * power(2, least(d.tries, 10)), interval '1 day')
    FROM one WHERE d.person_id = one.person_id AND d.entry_id = one.entry_id
    RETURNING d.person_id, d.entry_id
$$;
"""


def upgrade() -> None:
    """Replace the function."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(TAKE)
