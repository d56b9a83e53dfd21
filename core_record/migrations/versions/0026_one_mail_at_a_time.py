"""One mail is taken at a time, however the statement is planned.

As in 0015, but what is to be taken is worked out once: as a subquery it may be worked out for each row it is
compared with, each time another one. All of them would be taken, one sent, and the others' tries counted.
"""

from alembic import op

revision = "0026"
down_revision = "0025"

TAKE = """
CREATE OR REPLACE FUNCTION core_record.take_notice_mail(p_lease interval)
RETURNS TABLE (person_id uuid, mail_id uuid, kind text, tries int)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH due AS MATERIALIZED (SELECT n.person_id, n.mail_id FROM core_record.notice_mail n
        WHERE n.done_at IS NULL AND n.next_at <= clock_timestamp()
        ORDER BY n.next_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    UPDATE core_record.notice_mail m SET next_at = clock_timestamp() + p_lease, tries = m.tries + 1
    FROM due WHERE m.person_id = due.person_id AND m.mail_id = due.mail_id
    RETURNING m.person_id, m.mail_id, m.kind, m.tries
$$;
"""


def upgrade() -> None:
    """Replace the function."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(TAKE)
